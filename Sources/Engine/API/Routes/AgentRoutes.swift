import HTTPTypes
import Ledger
import Model

extension API {
    var agentRoutes: [Route] {
        [
            Route(.get, "/v1/agents", .inspect, handler: listAgents),
            Route(.get, "/v1/dead-letters", .inspect, handler: listDeadLetters),
            Route(.delete, "/v1/dead-letters/{id}", .change, handler: deleteDeadLetter),
        ]
    }

    private func listAgents(_ call: Call) async throws -> Answer {
        try call.refuseAnyField()
        return .list(try await ledger.liveAgents().map(\.json), next: nil)
    }

    private func listDeadLetters(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        let request = query.page()
        try query.complete()
        let page = try await ledger.deadLetters(request)
        let list = JSONValue.object([
            "items": .array(page.items.map(\.json)), "next": .optional(page.next),
            "count": .integer(try await ledger.deadLetterCount()),
        ])
        return Answer(.ok, json: list)
    }

    private func deleteDeadLetter(_ call: Call) async throws -> Answer {
        try call.refuseAnyField()
        try await ledger.deleteDeadLetter(try call.identifier("dead letter"))
        return .nothing
    }
}
