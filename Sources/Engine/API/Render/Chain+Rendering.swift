import FoundationEssentials
import Model

extension Chain {
    /// - Parameters:
    ///   - address: by which its host's published ports are reached.
    ///   - lease: that holds it; `showsTenant` says whose it is.
    func json(address: String?, lease: Lease?, showsTenant: Bool) -> JSONValue {
        .object([
            "id": .id(id), "host": .id(host), "pool": .id(pool),
            "blueprint": .object(["name": .string(plan.blueprint.name), "version": .integer(plan.blueprint.version)]),
            "parameters": parameters,
            "desired": .object([
                "power": .word(desired.power), "generation": .integer(desired.generation),
                "incarnation": .integer(desired.incarnation),
            ]),
            "phase": .word(phase), "reason": .optional(reason), "health": .word(health), "healthDetail": .optional(healthDetail),
            "nodes": .array(plan.nodes.map { node(of: $0).json(plan: $0, address: address) }),
            "lease": lease?.reference(showsTenant: showsTenant) ?? .null, "certificatesExpireAt": .date(certificatesExpireAt),
            "createdAt": .date(createdAt),
        ])
    }

    /// A planned node as it was seen last.
    private func node(of planned: PlannedNode) -> ObservedNode {
        nodes.first { $0.name == planned.name } ?? ObservedNode(name: planned.name, state: .missing)
    }
}

extension ObservedNode {
    fileprivate func json(plan: PlannedNode, address: String?) -> JSONValue {
        .object([
            "name": .string(name), "state": .word(state), "health": .word(health), "detail": .optional(detail),
            "endpoints": .array(
                ports.compactMap { port in
                    address.flatMap { plan.endpoint(port, at: $0) }
                }),
        ])
    }
}

extension PlannedNode {
    fileprivate func endpoint(_ assigned: PortAssignment, at address: String) -> JSONValue? {
        guard let port = ports.first(where: { $0.name == assigned.name }) else { return nil }
        let host = address.contains(":") ? "[\(address)]" : address
        return .object([
            "name": .string(port.name), "host": .string(address), "port": .integer(assigned.port),
            "url": .string("\(port.scheme)://\(host):\(assigned.port)"),
        ])
    }
}

extension Lease {
    fileprivate func reference(showsTenant: Bool) -> JSONValue {
        let reference = JSONValue.object(["id": .id(id), "status": .word(status)])
        return showsTenant ? reference.with("tenant", .string(tenant)) : reference
    }

    /// Seconds for which the chain was in the tenant's hands; `nil` while it is, and when it never was.
    private var duration: Double? {
        activeAt.flatMap { active in endedAt.map { ($0.timeIntervalSince(active) * 1000).rounded() / 1000 } }
    }

    var json: JSONValue {
        .object([
            "id": .id(id), "chain": .id(chain), "tenant": .string(tenant), "holder": .optional(holder), "status": .word(status),
            "end": .word(end), "createdAt": .date(createdAt), "activeAt": .date(activeAt), "expiresAt": .date(expiresAt),
            "endedAt": .date(endedAt), "duration": duration.map(JSONValue.number) ?? .null,
        ])
    }
}
