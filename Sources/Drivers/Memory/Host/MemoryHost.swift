public import Model

/// The state of a memory host: the same concepts as a Docker daemon's, without anything that runs. Pure.
public struct MemoryHost: Sendable {
    /// The most lines of a container's log that are kept.
    private static let logLimit = 20_000

    private var objects: [String: MemoryObject] = [:]
    private var insides: [String: MemoryObject.Inside] = [:]
    private var logs: [String: [LogPiece.Line]] = [:]
    private var index = MemoryIndex()
    private var lastID = 0

    public init() {}

    /// All objects that carry these labels, oldest first.
    public func list(_ labels: [String: String]) -> [MemoryObject] {
        let candidates = index.candidates(labels)?.compactMap { objects[$0] } ?? Array(objects.values)
        return
            candidates
            .filter { object in labels.allSatisfy { object.spec.labels[$0.key] == $0.value } }
            .sorted { ($0.id.count, $0.id) < ($1.id.count, $1.id) }
    }

    /// `nil` when there is none of that id.
    public func object(_ id: String) -> MemoryObject? { objects[id] }

    public mutating func create(
        _ spec: MemoryObject.Spec, inside: MemoryObject.Inside? = nil
    ) throws(MemoryRefusal) -> MemoryObject {
        if let rival = index.object(named: spec.name, of: spec.kind) {
            throw MemoryRefusal(.nameTaken, "the name \(spec.name) belongs to \(rival)", value: spec.name)
        }
        if let subnet = spec.subnet, index.hasSubnet(subnet) {
            throw MemoryRefusal(.subnetTaken, "another network has the subnet \(subnet)", value: subnet)
        }
        if let image = spec.image { try requireImage(image) }
        lastID += 1
        let isContainer = spec.kind == .container
        let object = MemoryObject(
            id: "m\(lastID)", spec: spec, state: isContainer ? .created : nil, health: isContainer ? .unknown : nil)
        objects[object.id] = object
        index.add(object)
        insides[object.id] = inside
        return object
    }

    /// A file inside a container.
    public func file(_ path: String, in id: String) throws(MemoryRefusal) -> MemoryObject.File {
        guard let file = insides[id]?.files.first(where: { $0.path == path }) else {
            throw MemoryRefusal(.notFound, "there is no file \(path) in \(id)")
        }
        return file
    }

    /// What a container has written, oldest first.
    public func log(of id: String) throws(MemoryRefusal) -> [LogPiece.Line] {
        _ = try container(id)
        return logs[id] ?? []
    }

    /// Makes a container write lines.
    public mutating func write(_ lines: [String], in id: String, at time: String) throws(MemoryRefusal) {
        _ = try container(id)
        let log = (logs[id] ?? []) + lines.map { LogPiece.Line(time: time, text: $0) }
        logs[id] = log.suffix(Self.logLimit)
    }

    public func requireImage(_ name: String) throws(MemoryRefusal) {
        guard name.hasPrefix("missing/") else { return }
        throw MemoryRefusal(.imageMissing, "this host has no image \(name)")
    }

    /// Starting what runs already changes nothing.
    ///
    /// - Parameter time: of what it writes; RFC 3339.
    public mutating func start(_ id: String, at time: String) throws(MemoryRefusal) {
        let container = try container(id)
        guard container.state != .running else { return }
        if let port = container.spec.ports.first(where: { index.isPublished($0.port) }) {
            throw MemoryRefusal(.portTaken, "port \(port.port) is published already", value: String(port.port))
        }
        try write(insides[id]?.command ?? [], in: id, at: time)
        let image = container.spec.image ?? ""
        objects[id]?.exitCode = Self.exitCode(of: image)
        objects[id]?.state = Self.exitCode(of: image) == nil ? .running : .exited
        objects[id]?.health = Self.exitCode(of: image) != nil ? .unknown : image.hasPrefix("sick/") ? .unhealthy : .healthy
        if Self.exitCode(of: image) == nil { index.publish(container) }
    }

    /// How a container of this image ends at once; `nil` where it runs.
    private static func exitCode(of image: String) -> Int? {
        if image.hasPrefix("crashing/") { return 1 }
        return image.hasPrefix("ending/") ? Int(image.dropFirst("ending/".count)) ?? 0 : nil
    }

    /// Stopping what does not run changes nothing.
    public mutating func stop(_ id: String) throws(MemoryRefusal) {
        let container = try container(id)
        guard container.state == .running else { return }
        index.withdraw(container)
        objects[id]?.state = .exited
        objects[id]?.health = .unknown
        objects[id]?.exitCode = 0
    }

    public mutating func remove(_ reference: ObjectReference) throws(MemoryRefusal) {
        guard let object = objects[reference.id], object.spec.kind == reference.kind else {
            throw MemoryRefusal(.notFound, "there is no \(reference.kind.rawValue) \(reference.id)")
        }
        index.remove(object)
        objects[reference.id] = nil
        insides[reference.id] = nil
        logs[reference.id] = nil
    }

    private func container(_ id: String) throws(MemoryRefusal) -> MemoryObject {
        guard let object = objects[id], object.spec.kind == .container else {
            throw MemoryRefusal(.notFound, "there is no container \(id)")
        }
        return object
    }
}
