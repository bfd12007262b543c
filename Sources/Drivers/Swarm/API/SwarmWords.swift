import Drivers
import Model

/// A service as the manager lists it. Keys lose their capital first letter when it is read (`Answer.read`).
struct Service: Decodable, Sendable {
    var id: String
    var version: Version
    var spec: Spec

    struct Version: Decodable, Sendable {
        var index: Int
    }

    struct Spec: Decodable, Sendable {
        var name: String
        var labels: [String: String]?
        var taskTemplate: TaskTemplate
        var mode: Mode
        var endpointSpec: EndpointSpec?
    }

    struct Mode: Decodable, Sendable {
        /// `nil` for one that is no replicated service.
        var replicated: Replicated?

        struct Replicated: Decodable, Sendable {
            var replicas: Int?
        }
    }

    struct EndpointSpec: Decodable, Sendable {
        var ports: [Port]?
    }

    struct Port: Decodable, Sendable {
        var targetPort: Int?
        var publishedPort: Int?
    }

    var labels: [String: String] { spec.labels ?? [:] }
    var isOn: Bool { (spec.mode.replicated?.replicas ?? 1) > 0 }
}

/// What services and tasks say of their container.
struct TaskTemplate: Decodable, Sendable {
    var containerSpec: ContainerWords?

    struct ContainerWords: Decodable, Sendable {
        var labels: [String: String]?
        var healthcheck: Healthcheck?
        var configs: [Use]?
        var secrets: [Use]?
    }

    struct Healthcheck: Decodable, Sendable {}

    /// A config or secret that the container is given.
    struct Use: Decodable, Sendable {
        var configID: String?
        var secretID: String?
    }
}

/// One life of a service's container on one machine. (Continuo's own tasks are services that end.)
struct SwarmTask: Decodable, Sendable {
    var id: String
    var createdAt: String
    var spec: TaskTemplate
    var serviceID: String?
    /// The machine; `nil` until one was found.
    var nodeID: String?
    var status: Status
    var desiredState: String

    struct Status: Decodable, Sendable {
        /// When the state began, RFC 3339.
        var timestamp: String
        var state: String
        var message: String?
        /// What went wrong, in the swarm's words.
        var err: String?
        var portStatus: PortStatus?
    }

    struct PortStatus: Decodable, Sendable {
        var ports: [Service.Port]?
    }
}

/// A machine of the swarm.
struct Machine: Decodable, Sendable {
    var id: String
    var spec: Spec
    var description: Description?
    var status: Status

    struct Spec: Decodable, Sendable {
        var labels: [String: String]?
        /// `active`, `pause` or `drain`.
        var availability: String?
    }

    struct Description: Decodable, Sendable {
        var hostname: String?
        var resources: Resources?
    }

    struct Resources: Decodable, Sendable {
        var nanoCPUs: Int?
        var memoryBytes: Int?
    }

    struct Status: Decodable, Sendable {
        /// `ready`, `down`, `disconnected` or `unknown`.
        var state: String
        var addr: String?
    }
}

/// A config or a secret; of a secret nobody tells the data.
struct StoredFile: Decodable, Sendable {
    var id: String
    var spec: Spec

    struct Spec: Decodable, Sendable {
        var name: String
        var labels: [String: String]?
        /// Base64.
        var data: String?
    }

    var labels: [String: String] { spec.labels ?? [:] }
}

/// What `GET /info` says of the daemon and its swarm.
struct ManagerInfo: Decodable, Sendable {
    var operatingSystem: String
    var swarm: Swarm

    struct Swarm: Decodable, Sendable {
        var nodeID: String?
        /// `inactive`, `pending`, `active`, `error` or `locked`.
        var localNodeState: String
        var controlAvailable: Bool
        var error: String?
    }
}
