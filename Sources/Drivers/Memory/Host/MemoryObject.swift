public import Model

/// A container, network, volume or secret that a memory host keeps.
public struct MemoryObject: Codable, Sendable, Hashable {
    public var id: String
    public var spec: Spec
    /// Of containers alone.
    public var state: NodeState?
    /// Of containers alone.
    public var health: NodeHealth?

    /// What an object is made from; never changes.
    public struct Spec: Codable, Sendable, Hashable {
        public var kind: ObjectReference.Kind
        /// Unique among the host's objects of the kind.
        public var name: String
        public var labels: [String: String]
        /// Of containers. The first part of the name says how it behaves: `missing/` is not known to the host, `crashing/` ends
        /// as soon as it starts, `sick/` is never healthy; any other runs.
        public var image: String?
        /// Published by containers while they run.
        public var ports: [PortAssignment]
        /// Of networks, in CIDR form.
        public var subnet: String?
        /// Of secrets.
        public var content: String?

        public init(
            kind: ObjectReference.Kind, name: String, labels: [String: String], image: String? = nil,
            ports: [PortAssignment] = [],
            subnet: String? = nil, content: String? = nil
        ) {
            self.kind = kind
            self.name = name
            self.labels = labels
            self.image = image
            self.ports = ports
            self.subnet = subnet
            self.content = content
        }
    }

    public var reference: ObjectReference { ObjectReference(kind: spec.kind, id: id) }
}
