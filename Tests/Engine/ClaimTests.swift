import Testing

@testable import Engine

@Suite("Claims of a relay")
struct ClaimTests {
    @Test("All is counted from before the claim was asked for, and publishing ends well before the claim")
    func times() {
        let asked = ContinuousClock.now
        let claim = Claim(askedAt: asked)
        #expect(claim.publishUntil == asked + .seconds(7))
        #expect(claim.holds(at: claim.publishUntil))
        #expect(claim.holds(at: asked + .milliseconds(9999)))
        #expect(!claim.holds(at: asked + .seconds(10)))
    }
}
