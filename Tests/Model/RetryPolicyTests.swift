import Model
import Testing

@Suite struct RetryPolicyTests {
    @Test(arguments: 1...40) func theDelayStaysWithinItsBounds(failures: Int) {
        let policy = RetryPolicy()
        var random = SplitMix(UInt64(failures))
        for _ in 0..<200 {
            let jitter = Double.random(in: 0..<1, using: &random)
            let delay = policy.delay(afterFailures: failures, jitter: jitter, notBefore: nil)
            #expect(delay >= 0 && delay <= policy.cap)
            #expect(failures > 6 || delay <= policy.base * Double(1 << (failures - 1)))
        }
    }

    @Test func theCeilingDoublesUntilTheCap() {
        let policy = RetryPolicy(base: 1, cap: 60)
        let almostOne = 0.999_999
        let ceilings = (1...8).map { policy.delay(afterFailures: $0, jitter: almostOne, notBefore: nil).rounded() }
        #expect(ceilings == [1, 2, 4, 8, 16, 32, 60, 60])
    }

    @Test func notBeforeIsKept() {
        #expect(RetryPolicy().delay(afterFailures: 1, jitter: 0, notBefore: 7) == 7)
    }
}
