import Agent
import Testing

@Suite("An agent's term")
struct TermTests {
    let start = ContinuousClock.now

    @Test("it begins with the first confirmed heartbeat and lasts from its sending")
    func lifetime() {
        var term = Term<ContinuousClock.Instant>()
        #expect(!term.isRunning(at: start))
        term.renew(sentAt: start, confirmedAt: start)
        #expect(term.isRunning(at: start + .milliseconds(14_999)))
        #expect(!term.isRunning(at: start + .seconds(15)))
    }

    @Test("a heartbeat that is confirmed late does not shorten it")
    func order() {
        var term = Term<ContinuousClock.Instant>()
        term.renew(sentAt: start + .seconds(5), confirmedAt: start + .seconds(5))
        term.renew(sentAt: start, confirmedAt: start + .seconds(6))
        #expect(term.isRunning(at: start + .seconds(19)))
    }

    @Test("what was begun in a term that has ended may not go on in the next")
    func noResumption() throws {
        var term = Term<ContinuousClock.Instant>()
        term.renew(sentAt: start, confirmedAt: start)
        let right = try #require(term.right(at: start))
        term.renew(sentAt: start + .seconds(10), confirmedAt: start + .seconds(11))
        #expect(term.holds(right, at: start + .seconds(20)))
        term.renew(sentAt: start + .seconds(30), confirmedAt: start + .seconds(30))
        #expect(term.isRunning(at: start + .seconds(30)))
        #expect(!term.holds(right, at: start + .seconds(30)))
    }
}
