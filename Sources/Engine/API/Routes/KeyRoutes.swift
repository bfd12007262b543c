import FoundationEssentials
import HTTPTypes
import Ledger
import Model

extension API {
    var keyRoutes: [Route] {
        [
            Route(.post, "/v1/keys", .administer, takesBody: true, handler: addKey),
            Route(.get, "/v1/keys", .administer, handler: listKeys),
            Route(.get, "/v1/keys/{key}", .administer) { call in
                try call.refuseAnyField()
                return Answer(.ok, json: try await existingKey(call).json)
            },
            Route(.delete, "/v1/keys/{key}", .administer, handler: revokeKey),
            Route(.post, "/v1/keys/{key}/rotate", .administer, takesBody: true, handler: rotateKey),
        ]
    }

    private func addKey(_ call: Call) async throws -> Answer {
        let said = try KeyFields(call)
        let key = APIKey.fresh()
        let now = Date()
        let stored = StoredKey(
            id: key.id, secretHash: key.secretHash, role: said.role, tenant: said.tenant, description: said.description,
            createdAt: now, expiresAt: said.ttl.map { now.addingTimeInterval(Double($0)) })
        do {
            try await ledger.addKey(stored)
        } catch {
            guard case .notFound(what: "tenant", let name) = error else { throw error }
            throw Problem(fields: [Problem.FieldError(field: "tenant", value: name, rule: "an existing tenant")])
        }
        return made(stored, key)
    }

    private func listKeys(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        let tenant = query.optional("tenant", .name)
        let request = query.pageOfKeys()
        try query.complete()
        let page = try await ledger.keys(tenant: tenant, request).map(\.json)
        return .list(page.items, next: page.next)
    }

    private func revokeKey(_ call: Call) async throws -> Answer {
        try call.refuseAnyField()
        let id = try await existingKey(call).id
        guard id != call.caller?.key else {
            throw Problem(.conflict, "A key does not revoke itself: use another admin's key, or rotate this one.")
        }
        try await ledger.revokeKey(id)
        keys.forget(id)
        return .nothing
    }

    private func rotateKey(_ call: Call) async throws -> Answer {
        var query = call.queryFields()
        try query.complete()
        var fields = try call.fields()
        let overlap = fields.optional("overlap", .integer(0...2_592_000)) ?? 86_400
        try fields.complete()
        let id = try await existingKey(call).id
        let key = APIKey.fresh()
        let stored = try await ledger.rotateKey(
            id, to: KeyMaterial(id: key.id, secretHash: key.secretHash), overlap: .seconds(overlap))
        keys.forget(id)
        return made(stored, key)
    }

    private func existingKey(_ call: Call) async throws -> StoredKey {
        let id = call.parameters["key"] ?? ""
        guard let key = try await ledger.key(id) else { throw Problem.notFound("There is no key \(id.prefix(100)).") }
        return key
    }

    /// The key itself is in this one answer, and kept nowhere: not for who repeats the request either.
    private func made(_ stored: StoredKey, _ key: APIKey) -> Answer {
        var answer = Answer(.created, json: stored.json.with("key", .string(key.text)))
        answer.keptBody = JSONWriter.bytes(stored.json.with("key", .null))
        answer.headers[.location] = "/v1/keys/\(stored.id)"
        return answer
    }
}

/// What a request says of a new key.
private struct KeyFields {
    let role: Role
    let tenant: String?
    let description: String?
    /// Seconds for which it is valid.
    let ttl: Int?

    init(_ call: Call) throws(Problem) {
        var query = call.queryFields()
        try query.complete()
        var fields = try call.fields()
        tenant = fields.optional("tenant", .name)
        description = fields.optional("description", .string(1...200))
        ttl = fields.optional("ttl", .integer(1...315_360_000))
        let said = fields.required("role", Rule<Role>.choice)
        if let said, (said == .tenant) != (tenant != nil) {
            fields.refuse("tenant", value: tenant, rule: "with the role tenant, and only with it")
        }
        role = try fields.complete(said)
    }
}

extension StoredKey {
    var json: JSONValue {
        .object([
            "id": .string(id), "role": .word(role), "tenant": .optional(tenant), "description": .optional(description),
            "createdAt": .date(createdAt), "expiresAt": .date(expiresAt), "revokedAt": .date(revokedAt),
            "successor": .optional(successor),
        ])
    }
}
