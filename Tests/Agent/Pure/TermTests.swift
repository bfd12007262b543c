import Agent
import Testing

@Suite("An agent's term")
struct TermTests {
    let start = ContinuousClock.now

    @Test("it begins with the first confirmed heartbeat and lasts from its sending")
    func lifetime() {
        var term = Term<ContinuousClock.Instant>()
        #expect(!term.isRunning(at: start))
        term.renew(sentAt: start)
        #expect(term.isRunning(at: start + .milliseconds(14_999)))
        #expect(!term.isRunning(at: start + .seconds(15)))
    }

    @Test("a heartbeat that is confirmed late does not shorten it")
    func order() {
        var term = Term<ContinuousClock.Instant>()
        term.renew(sentAt: start + .seconds(5))
        term.renew(sentAt: start)
        #expect(term.isRunning(at: start + .seconds(19)))
    }
}
