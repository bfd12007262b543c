import Model
import Testing

@Suite("Which commands a queue has lost")
struct LossJudgeTests {
    let attempts: [AttemptID] = [.fresh(), .fresh()]
    let start = ContinuousClock.now

    @Test("one that is missing all the while is lost, once")
    func lost() {
        var judge = LossJudge<ContinuousClock.Instant>()
        #expect(judge.judge(missing: attempts, at: start).isEmpty)
        #expect(judge.judge(missing: attempts, at: start + .seconds(19)).isEmpty)
        #expect(Set(judge.judge(missing: attempts, at: start + .seconds(20))) == Set(attempts))
        #expect(judge.judge(missing: attempts, at: start + .seconds(21)).isEmpty)
    }

    @Test("one that was not missing meanwhile is suspected anew")
    func anew() {
        var judge = LossJudge<ContinuousClock.Instant>()
        _ = judge.judge(missing: attempts, at: start)
        _ = judge.judge(missing: [attempts[1]], at: start + .seconds(10))
        #expect(judge.judge(missing: attempts, at: start + .seconds(20)) == [attempts[1]])
        #expect(judge.judge(missing: attempts, at: start + .seconds(40)).contains(attempts[0]))
    }
}
