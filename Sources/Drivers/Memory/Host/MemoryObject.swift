public import FoundationEssentials
public import Model

/// A container, network, volume or secret that a memory host keeps.
public struct MemoryObject: Codable, Sendable, Hashable {
    public var id: String
    public var spec: Spec
    /// Of containers alone.
    public var state: NodeState?
    /// Of containers alone.
    public var health: NodeHealth?
    /// Of containers that have ended.
    public var exitCode: Int?

    /// What an object is made from; never changes.
    public struct Spec: Codable, Sendable, Hashable {
        public var kind: ObjectReference.Kind
        /// Unique among the host's objects of the kind.
        public var name: String
        public var labels: [String: String]
        /// Of containers. The first part of the name says how it behaves: `missing/` is not known to the host, `crashing/` ends
        /// as soon as it starts, `ending/3` ends with that exit code, `sick/` is never healthy; any other runs.
        public var image: String?
        /// Names by which the others of its network know a container.
        public var names: [String]
        /// Published by containers while they run.
        public var ports: [PortAssignment]
        /// Of networks, in CIDR form.
        public var subnet: String?
        /// Of secrets.
        public var content: String?

        public init(
            kind: ObjectReference.Kind, name: String, labels: [String: String], image: String? = nil,
            names: [String] = [], ports: [PortAssignment] = [], subnet: String? = nil, content: String? = nil
        ) {
            self.kind = kind
            self.name = name
            self.labels = labels
            self.image = image
            self.names = names
            self.ports = ports
            self.subnet = subnet
            self.content = content
        }
    }

    /// What is inside a container; not listed.
    public struct Inside: Codable, Sendable, Hashable {
        /// Written into its log at each start, a line for each element.
        public var command: [String]
        public var files: [File]

        public init(command: [String] = [], files: [File] = []) {
            self.command = command
            self.files = files
        }
    }

    public struct File: Codable, Sendable, Hashable {
        public var path: String
        public var content: Data
        public var mode: Int
        public var owner: Int
        public var group: Int

        public init(path: String, content: [UInt8], mode: Int, owner: Int, group: Int) {
            self.path = path
            self.content = Data(content)
            self.mode = mode
            self.owner = owner
            self.group = group
        }
    }

    /// The body of `POST /objects`: what a container is replaced by, made and started with takes one call instead of three.
    public struct Creation: Codable, Sendable, Hashable {
        public var spec: Spec
        public var inside: Inside?
        /// A container that is removed before, if it is still there.
        public var replaces: String?
        /// A container alone is started; `nil` is no.
        public var starts: Bool?

        public init(_ spec: Spec, inside: Inside? = nil) {
            self.spec = spec
            self.inside = inside
        }
    }

    public var reference: ObjectReference { ObjectReference(kind: spec.kind, id: id) }
}
