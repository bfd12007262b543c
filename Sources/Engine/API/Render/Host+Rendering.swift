import Model

extension Host {
    /// - Parameters:
    ///   - chains: how many it holds.
    ///   - unattended: whether no live agent of its driver and site is there.
    func json(chains: Int, unattended: Bool) -> JSONValue {
        .object([
            "id": .id(id), "name": .string(name), "driver": .word(target.driver), "endpoint": .string(target.endpoint),
            "address": .string(target.address), "site": .string(site), "capacity": .integer(capacity),
            "parallel": .integer(parallel), "schedulable": .bool(schedulable), "autofill": .bool(autofill),
            "portRange": .object(["first": .integer(ports.lowerBound), "last": .integer(ports.upperBound)]),
            "network": .string(network), "insecure": .bool(target.insecure), "status": .word(status),
            "reason": .optional(reason), "unattended": .bool(unattended), "facts": facts?.json ?? .null,
            "chains": .integer(chains), "createdAt": .date(createdAt),
        ])
    }
}

extension HostFacts {
    fileprivate var json: JSONValue {
        .object([
            "version": .string(version), "apiVersion": .string(apiVersion), "operatingSystem": .string(operatingSystem),
            "architecture": .string(architecture), "cpus": .integer(cpus), "memoryBytes": .integer(memoryBytes),
        ])
    }
}
