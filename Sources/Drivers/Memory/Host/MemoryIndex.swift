internal import Model

/// Finds a host's objects without looking at all of them.
struct MemoryIndex: Sendable {
    private struct Name: Hashable {
        var kind: ObjectReference.Kind
        var name: String
    }

    private struct Label: Hashable {
        var name: String
        var value: String
    }

    private var names: [Name: String] = [:]
    private var subnets: [String: String] = [:]
    private var labels: [Label: Set<String>] = [:]
    /// Of containers that run.
    private var ports: [Int: String] = [:]

    /// Who has the name.
    func object(named name: String, of kind: ObjectReference.Kind) -> String? {
        names[Name(kind: kind, name: name)]
    }

    func hasSubnet(_ subnet: String) -> Bool { subnets[subnet] != nil }

    func isPublished(_ port: Int) -> Bool { ports[port] != nil }

    /// A few objects among which are all that carry these labels; `nil`: any may.
    func candidates(_ wanted: [String: String]) -> Set<String>? {
        wanted.map { labels[Label(name: $0.key, value: $0.value)] ?? [] }.min { $0.count < $1.count }
    }

    mutating func add(_ object: MemoryObject) {
        names[Name(kind: object.spec.kind, name: object.spec.name)] = object.id
        if let subnet = object.spec.subnet { subnets[subnet] = object.id }
        for (name, value) in object.spec.labels { labels[Label(name: name, value: value), default: []].insert(object.id) }
    }

    mutating func remove(_ object: MemoryObject) {
        names[Name(kind: object.spec.kind, name: object.spec.name)] = nil
        if let subnet = object.spec.subnet { subnets[subnet] = nil }
        for (name, value) in object.spec.labels {
            let label = Label(name: name, value: value)
            labels[label]?.remove(object.id)
            if labels[label]?.isEmpty == true { labels[label] = nil }
        }
        withdraw(object)
    }

    mutating func publish(_ object: MemoryObject) {
        for port in object.spec.ports { ports[port.port] = object.id }
    }

    mutating func withdraw(_ object: MemoryObject) {
        for port in object.spec.ports where ports[port.port] == object.id { ports[port.port] = nil }
    }
}
