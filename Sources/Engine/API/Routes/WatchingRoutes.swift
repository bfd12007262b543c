import HTTPTypes
import Ledger
import Model

extension API {
    var watchingRoutes: [Route] {
        [
            Route(.get, "/v1/stats", .inspect) { call in
                try call.refuseAnyField()
                return Answer(.ok, json: try await ledger.stats().json)
            },
            Route(.get, "/v1/audit", .audit, handler: listAudit),
            Route(.get, "/v1/events", .see, handler: watch),
            Route(.get, "/metrics", .open) { call in
                try call.refuseAnyField()
                return Answer(.ok, text: await metrics.text(), type: "text/plain; version=0.0.4; charset=utf-8")
            },
        ]
    }

    private func listAudit(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        let filter = AuditFilter(
            key: query.optional("key", .string(1...100)), tenant: query.optional("tenant", .name),
            target: query.optional("target", .string(1...200)))
        let request = query.page()
        try query.complete()
        let page = try await ledger.audit(filter, request)
        return .list(page.items.map(\.json), next: page.next)
    }

    /// A stream; for who accepts `application/json` alone, what has happened since.
    private func watch(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        let place = Rule.string(1...60).and("an event's id") { EventPlace($0) != nil }
        let after = query.optional("after", place).flatMap { EventPlace($0) } ?? call.lastEvent.flatMap { EventPlace($0) }
        try query.complete()
        let start = if let after { after } else { try await ledger.lastEventPlace() }
        guard call.accept.preferred(of: ["text/event-stream", "application/json"]) == "text/event-stream" else {
            let events = try await ledger.events(after: start, tenant: call.scope.tenant, limit: 200)
            return .list(events.map(\.json), next: (events.last?.place ?? start).description)
        }
        let stream = EventStream(ledger: ledger, tenant: call.scope.tenant, start: start)
        var answer = Answer(.ok, bytes: [], type: "text/event-stream")
        answer.headers[.contentLength] = nil
        answer.headers[.cacheControl] = "no-store"
        answer.stream = { [seats] writer in
            try seats.take()
            defer { seats.leave() }
            try await stream.write(to: &writer)
        }
        return answer
    }
}

extension AuditRecord {
    var json: JSONValue {
        .object([
            "id": .id(id), "at": .date(at), "requestId": .string(deed.request), "key": .string(deed.key),
            "role": .word(deed.role), "tenant": .optional(deed.tenant), "action": .string(deed.action),
            "target": .string(deed.target), "outcome": .string(outcome),
        ])
    }
}

extension Stats {
    var json: JSONValue {
        .object([
            "hosts": hosts.json, "capacity": .integer(capacity), "chains": chains.json, "chainsReady": .integer(chainsReady),
            "chainsLeased": .integer(chainsLeased), "leases": leases.json, "operations": operations.json,
            "pools": .integer(pools), "poolsPaused": .integer(pausedPools), "applicants": .integer(applicants),
            "agents": .integer(agents), "outbox": .integer(outbox), "deadLetters": .integer(deadLetters),
        ])
    }
}

extension [String: Int] {
    fileprivate var json: JSONValue { .object(mapValues(JSONValue.integer)) }
}
