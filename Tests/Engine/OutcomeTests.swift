import Logging
import RabbitMQ
import Testing

@testable import Engine

/// What a relay says to the ledger of a batch that it has published.
@Suite struct OutcomeTests {
    private static let error = BrokerError(.missedHeartbeats, "gone")

    @Test func whatTheBrokerCertainlyDoesNotHaveIsGivenBackAndDoubtIsKept() {
        var outcomes = Outcomes()
        let confirmations: [RabbitMQ.Confirmation] = [
            .confirmed, .returned(code: 312, text: "NO_ROUTE"), .refused, .unsent(Self.error), .unknown(Self.error),
        ]
        for (id, confirmation) in confirmations.enumerated() { outcomes.note(id, confirmation, Logger(label: "test")) }
        outcomes.leave([7], Logger(label: "test"))
        #expect(outcomes.confirmed == [0])
        #expect(outcomes.givenBack == [1, 2, 3, 7], "in neither: it stays claimed, and comes again as a repeat")
    }
}
