import Model
import Testing

@Suite struct LookPolicyTests {
    @Test(arguments: 1...40) func everyGapIsBetweenTheHalfAndTheWholeOfACeilingThatDoublesUpToTheCap(failures: Int) {
        let policy = LookPolicy()
        var random = SplitMix(UInt64(failures))
        let ceiling = min(policy.base * Double(1 << min(failures - 1, 20)), policy.cap)
        for _ in 0..<200 {
            let gap = policy.gap(afterFailures: failures, jitter: Double.random(in: 0..<1, using: &random))
            #expect(gap >= ceiling / 2 && gap < ceiling)
        }
    }

    @Test func untilTheCapEveryGapIsAtLeastAsLongAsTheOneBefore() {
        let policy = LookPolicy()
        var random = SplitMix(7)
        for _ in 0..<500 {
            let gaps = (1...4).map { policy.gap(afterFailures: $0, jitter: Double.random(in: 0..<1, using: &random)) }
            #expect(gaps == gaps.sorted())
        }
    }
}
