import Model

/// Where an object of ours is and which one it is, as it stands in references to objects: `NAMESPACE/RESOURCE/NAME/UID`, and
/// `NAME/UID` for a namespace.
struct ObjectAddress: Sendable, Hashable {
    var resource: Resource
    var namespace: String?
    var name: String
    var uid: String

    init(_ object: some ClusterObject) {
        resource = type(of: object).resource
        namespace = object.metadata.namespace
        name = object.metadata.name
        uid = object.metadata.uid
    }

    init?(_ reference: ObjectReference) {
        let parts = reference.id.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        switch (reference.kind, parts.count) {
        case (.namespace, 2):
            resource = .namespaces
            (name, uid) = (parts[0], parts[1])
        case (.container, 4):
            guard let known = [Resource.statefulSets, .jobs].first(where: { $0.plural == parts[1] }) else { return nil }
            resource = known
            (namespace, name, uid) = (parts[0], parts[2], parts[3])
        default: return nil
        }
    }

    var reference: ObjectReference {
        ObjectReference(kind: namespace == nil ? .namespace : .container, id: id)
    }

    var id: String {
        namespace.map { "\($0)/\(resource.plural)/\(name)/\(uid)" } ?? "\(name)/\(uid)"
    }
}
