import Model

extension Host {
    /// - Parameter chains: how many it holds.
    func json(chains: Int) -> JSONValue {
        .object([
            "id": .id(id), "name": .string(name), "driver": .word(target.driver), "endpoint": .string(target.endpoint),
            "address": .string(target.address), "site": .string(site), "capacity": .integer(capacity),
            "parallel": .integer(parallel), "schedulable": .bool(schedulable), "autofill": .bool(autofill),
            "portRange": .object(["first": .integer(ports.lowerBound), "last": .integer(ports.upperBound)]),
            "network": .string(network), "insecure": .bool(target.insecure), "status": .word(status),
            "reason": .optional(reason), "facts": facts?.json ?? .null, "chains": .integer(chains), "createdAt": .date(createdAt),
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
