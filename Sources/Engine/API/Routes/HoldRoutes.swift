import HTTPTypes
import Ledger
import Model

extension API {
    /// What hosts hold that the ledger does not know.
    var holdRoutes: [Route] {
        [
            Route(.get, "/v1/holds", .inspect, handler: listHolds),
            Route(.post, "/v1/holds/{id}/lift", .change, handler: liftHold),
            Route(.get, "/v1/orphans", .inspect, handler: listOrphans),
        ]
    }

    private func listHolds(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        let request = query.page()
        try query.complete()
        let page = try await ledger.holds(request)
        return .list(page.items.map(\.json), next: page.next)
    }

    private func liftHold(_ call: Call) async throws -> Answer {
        try call.refuseAnyField()
        let hold = try await ledger.lift(try call.identifier("hold"))
        bell.ring()
        return Answer(.ok, json: hold.json)
    }

    private func listOrphans(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        let request = query.page()
        try query.complete()
        let page = try await ledger.orphans(request)
        return .list(page.items.map(\.json), next: page.next)
    }
}
