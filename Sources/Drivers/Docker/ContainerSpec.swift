import DockerEngine
import Drivers
import Model

/// The body of `POST /containers/create`. Keys get their capital first letter when it is encoded.
struct ContainerSpec: Encodable {
    var hostname: String
    var image: String
    var cmd: [String]?
    var env: [String]
    var user: String?
    var labels: [String: String]
    var exposedPorts: [String: Nothing]
    var healthcheck: Healthcheck?
    /// Seconds that the daemon gives it when the daemon itself goes down.
    var stopTimeout = 30
    var hostConfig: HostConfig
    var networkingConfig: NetworkingConfig

    struct Nothing: Encodable {}

    struct HostConfig: Encodable {
        var networkMode: String
        var portBindings: [String: [PortBinding]]
        var mounts: [Mount]
        var extraHosts: [String]
        var memory: Int?
        /// As much as `memory`: no swap.
        var memorySwap: Int?
        var nanoCpus: Int?
        var pidsLimit = 2048
        var capDrop = ["ALL"]
        var securityOpt = ["no-new-privileges"]
        var restartPolicy = RestartPolicy()
        var logConfig: LogConfig
    }

    struct PortBinding: Encodable {
        var hostIp: String
        var hostPort: String
    }

    struct Mount: Encodable {
        var type = "volume"
        var source: String
        var target: String
    }

    struct RestartPolicy: Encodable {
        var name = "unless-stopped"
    }

    struct LogConfig: Encodable, Hashable {
        var type: String
        var config: [String: String]
    }

    struct NetworkingConfig: Encodable {
        var endpointsConfig: [String: Endpoint]
    }

    struct Endpoint: Encodable {
        var aliases: [String]
        var address: Address

        enum CodingKeys: String, CodingKey {
            case aliases = "Aliases"
            case address = "IPAMConfig"
        }
    }

    struct Address: Encodable {
        var ipv4: String

        enum CodingKeys: String, CodingKey { case ipv4 = "IPv4Address" }
    }
}
