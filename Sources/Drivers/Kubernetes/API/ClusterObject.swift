import Drivers
import Model

/// An object of the cluster as far as this driver reads it.
protocol ClusterObject: Decodable, Sendable {
    static var resource: Resource { get }
    var metadata: Metadata { get }
}

struct Metadata: Decodable, Sendable {
    var name: String
    var namespace: String?
    var uid: String
    var resourceVersion: String?
    var generation: Int?
    var labels: [String: String]?
    var annotations: [String: String]?
    /// Set once somebody asked for its removal.
    var deletionTimestamp: String?
    var ownerReferences: [Owner]?

    struct Owner: Decodable, Sendable {
        var uid: String
    }
}

extension ClusterObject {
    /// `ObjectLabels` stand in labels, and where labels can't hold them (too long) or need not select them, in annotations.
    var ours: ObjectLabels? {
        ObjectLabels((metadata.annotations ?? [:]).merging(metadata.labels ?? [:]) { _, label in label })
    }

    var isGoing: Bool { metadata.deletionTimestamp != nil }

    func label(_ name: String) -> String? { metadata.labels?[name] }
    func annotation(_ name: String) -> String? { metadata.annotations?[name] }
    func isOwned(by uid: String) -> Bool { metadata.ownerReferences?.contains { $0.uid == uid } ?? false }
}

struct Condition: Decodable, Sendable {
    var type: String
    var status: String
    var reason: String?
    var message: String?
    /// RFC 3339.
    var lastTransitionTime: String?

    var isTrue: Bool { status == "True" }
}

struct NamespaceObject: ClusterObject {
    static let resource = Resource.namespaces
    var metadata: Metadata
    var status: Status?

    struct Status: Decodable, Sendable {
        var conditions: [Condition]?
    }
}

struct StatefulSetObject: ClusterObject {
    static let resource = Resource.statefulSets
    var metadata: Metadata
    var spec: Spec
    var status: Status?

    struct Spec: Decodable, Sendable {
        var replicas: Int?
    }

    struct Status: Decodable, Sendable {
        var observedGeneration: Int?
    }

    var isWantedRunning: Bool { (spec.replicas ?? 1) > 0 }

    /// Whether the cluster has seen what was last asked of it.
    var isObserved: Bool { (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0) }
}

struct ServiceObject: ClusterObject {
    static let resource = Resource.services
    var metadata: Metadata
    var spec: Spec

    struct Spec: Decodable, Sendable {
        var clusterIP: String?
        var ports: [Port]?
    }

    struct Port: Decodable, Sendable {
        var name: String?
        var nodePort: Int?
    }
}

struct SecretObject: ClusterObject {
    static let resource = Resource.secrets
    var metadata: Metadata
    /// In base64.
    var data: [String: String]?
}

struct ConfigMapObject: ClusterObject {
    static let resource = Resource.configMaps
    var metadata: Metadata
}

struct QuotaObject: ClusterObject {
    static let resource = Resource.quotas
    var metadata: Metadata
    var status: Status?

    struct Status: Decodable, Sendable {
        var hard: [String: JSONValue]?
    }
}

struct JobObject: ClusterObject {
    static let resource = Resource.jobs
    var metadata: Metadata
    var status: Status?

    struct Status: Decodable, Sendable {
        var conditions: [Condition]?
    }

    func has(_ condition: String) -> Bool {
        status?.conditions?.contains { $0.type == condition && $0.isTrue } ?? false
    }

    var failure: Condition? { status?.conditions?.first { $0.type == "Failed" && $0.isTrue } }
}

/// A machine of the cluster.
struct MachineObject: ClusterObject {
    static let resource = Resource.machines
    var metadata: Metadata
    var status: Status

    struct Status: Decodable, Sendable {
        /// Quantities, as numbers or text.
        var allocatable: [String: String]?
        var nodeInfo: Info

        struct Info: Decodable, Sendable {
            var osImage: String
            var architecture: String
        }
    }
}

struct EventObject: ClusterObject {
    static let resource = Resource.events
    var metadata: Metadata
    var type: String?
    var reason: String?
    var message: String?
    var lastTimestamp: String?
}
