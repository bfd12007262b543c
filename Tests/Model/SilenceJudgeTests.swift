import Foundation
import Model
import Testing

@Suite("When silence may be taken for absence")
struct SilenceJudgeTests {
    let start = ContinuousClock.now
    let wall = Date(timeIntervalSince1970: 1_800_000_000)

    /// One whose clocks agree and whose marker of second 40 has come back.
    func ready() -> SilenceJudge<ContinuousClock.Instant> {
        var judge = SilenceJudge<ContinuousClock.Instant>()
        judge.compare(start, with: wall)
        judge.cameBack(marker: judge.nextMarker(at: start + .seconds(40)))
        return judge
    }

    @Test("not before the clocks have agreed for as long as the silence lasts")
    func start40() {
        let judge = ready()
        #expect(!judge.mayJudge(at: start + .seconds(39)))
        #expect(judge.mayJudge(at: start + .seconds(41)))
    }

    @Test("only while markers come back", arguments: [47, 49])
    func markers(second: Int) {
        #expect(ready().mayJudge(at: start + .seconds(second)) == (second < 48))
    }

    @Test("not for a while after the ledger's clock has jumped, either way", arguments: [-60.0, -3, 0, 1, 3, 60])
    func jumps(seconds: Double) {
        var judge = ready()
        judge.compare(start + .seconds(42), with: wall + 42 + seconds)
        #expect(judge.mayJudge(at: start + .seconds(43)) == (abs(seconds) < 2))
    }

    @Test("markers of an earlier term prove nothing")
    func terms() {
        var judge = ready()
        let old = judge.nextMarker(at: start + .seconds(41))
        judge.began()
        judge.cameBack(marker: old)
        #expect(!judge.mayJudge(at: start + .seconds(42)))
    }
}
