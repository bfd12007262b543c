import DockerEngine
import Model

/// The body of `POST /services/create`. Keys get their capital first letter when it is encoded.
struct ServiceSpec: Encodable {
    var name: String
    var labels: [String: String]
    var taskTemplate: Template
    var mode: Mode
    /// What is wrong with one container is said, and holds up no other.
    var updateConfig: UpdateConfig? = UpdateConfig()
    var endpointSpec: EndpointSpec

    struct Template: Encodable {
        var containerSpec: Container
        var networks: [Attachment]
        var resources: Resources
        var restartPolicy: RestartPolicy
        var placement: Placement
        var logDriver: LogDriver
        /// Another number is another container.
        var forceUpdate = 0
    }

    struct Container: Encodable {
        var image: String
        var hostname: String?
        var args: [String]
        var env: [String]
        var user: String?
        var labels: [String: String]
        var mounts: [Mount] = []
        var configs: [ConfigReference] = []
        var secrets: [SecretReference] = []
        var healthcheck: Healthcheck?
        /// Nanoseconds.
        var stopGracePeriod: Int
        var capabilityDrop = ["ALL"]
        /// Daemons before API 1.46 pass over it.
        var privileges = Privileges()
    }

    struct Privileges: Encodable {
        var noNewPrivileges = true
    }

    struct Mount: Encodable {
        var type = "volume"
        var source: String
        var target: String
        var volumeOptions: VolumeOptions

        struct VolumeOptions: Encodable {
            var labels: [String: String]
        }
    }

    struct ConfigReference: Encodable {
        var configID: String
        var configName: String
        var file: File
    }

    struct SecretReference: Encodable {
        var secretID: String
        var secretName: String
        var file: File
    }

    struct File: Encodable {
        var name: String
        var uid: String
        var gid: String
        var mode: Int

        enum CodingKeys: String, CodingKey {
            case name, mode
            case uid = "UID"
            case gid = "GID"
        }
    }

    struct Attachment: Encodable {
        var target: String
        var aliases: [String]
    }

    struct Resources: Encodable {
        var limits: Limits

        struct Limits: Encodable {
            var nanoCPUs: Int?
            var memoryBytes: Int?
            var pids = 2048
        }
    }

    struct RestartPolicy: Encodable {
        var condition: String
        /// Nanoseconds.
        var delay: Int
    }

    struct Placement: Encodable {
        var constraints: [String]
    }

    struct LogDriver: Encodable {
        var name: String
        var options: [String: String]
    }

    struct Mode: Encodable {
        var replicated: Replicated

        static func one(on: Bool) -> Mode { Mode(replicated: Replicated(replicas: on ? 1 : 0)) }
    }

    struct Replicated: Encodable {
        var replicas: Int
    }

    struct UpdateConfig: Encodable {
        var parallelism = 1
        var failureAction = "continue"
        var order = "stop-first"
    }

    /// No virtual IP: names are answered with the containers' own addresses.
    struct EndpointSpec: Encodable {
        var mode = "dnsrr"
        var ports: [PortConfig]?
    }

    struct PortConfig: Encodable {
        var `protocol` = "tcp"
        var targetPort: Int
        var publishedPort: Int
        var publishMode = "host"
    }
}
