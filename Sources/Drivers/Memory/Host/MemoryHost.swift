public import Model

/// The state of a memory host: the same concepts as a Docker daemon's, without anything that runs. Pure.
public struct MemoryHost: Sendable {
    private var objects: [String: MemoryObject] = [:]
    private var lastID = 0

    public init() {}

    /// All objects that carry these labels, oldest first.
    public func list(_ labels: [String: String]) -> [MemoryObject] {
        objects.values
            .filter { object in labels.allSatisfy { object.spec.labels[$0.key] == $0.value } }
            .sorted { ($0.id.count, $0.id) < ($1.id.count, $1.id) }
    }

    public mutating func create(_ spec: MemoryObject.Spec) throws(MemoryRefusal) -> MemoryObject {
        if let rival = objects.values.first(where: { $0.spec.kind == spec.kind && $0.spec.name == spec.name }) {
            throw MemoryRefusal(.nameTaken, "the name \(spec.name) belongs to \(rival.id)", value: spec.name)
        }
        if let subnet = spec.subnet, objects.values.contains(where: { $0.spec.subnet == subnet }) {
            throw MemoryRefusal(.subnetTaken, "another network has the subnet \(subnet)", value: subnet)
        }
        if let image = spec.image { try requireImage(image) }
        lastID += 1
        let isContainer = spec.kind == .container
        let object = MemoryObject(
            id: "m\(lastID)", spec: spec, state: isContainer ? .created : nil, health: isContainer ? .unknown : nil)
        objects[object.id] = object
        return object
    }

    public func requireImage(_ name: String) throws(MemoryRefusal) {
        guard name.hasPrefix("missing/") else { return }
        throw MemoryRefusal(.imageMissing, "this host has no image \(name)")
    }

    /// Starting what runs already changes nothing.
    public mutating func start(_ id: String) throws(MemoryRefusal) {
        let container = try container(id)
        guard container.state != .running else { return }
        let taken = Set(objects.values.filter { $0.state == .running }.flatMap(\.spec.ports).map(\.port))
        if let port = container.spec.ports.first(where: { taken.contains($0.port) }) {
            throw MemoryRefusal(.portTaken, "port \(port.port) is published already", value: String(port.port))
        }
        let crashes = container.spec.image?.hasPrefix("crashing/") == true
        objects[id]?.state = crashes ? .exited : .running
        objects[id]?.health = crashes ? .unknown : container.spec.image?.hasPrefix("sick/") == true ? .unhealthy : .healthy
    }

    /// Stopping what does not run changes nothing.
    public mutating func stop(_ id: String) throws(MemoryRefusal) {
        guard try container(id).state == .running else { return }
        objects[id]?.state = .exited
        objects[id]?.health = .unknown
    }

    public mutating func remove(_ reference: ObjectReference) throws(MemoryRefusal) {
        guard objects[reference.id]?.spec.kind == reference.kind else {
            throw MemoryRefusal(.notFound, "there is no \(reference.kind.rawValue) \(reference.id)")
        }
        objects[reference.id] = nil
    }

    private func container(_ id: String) throws(MemoryRefusal) -> MemoryObject {
        guard let object = objects[id], object.spec.kind == .container else {
            throw MemoryRefusal(.notFound, "there is no container \(id)")
        }
        return object
    }
}
