import Drivers
import Model

/// A container as the daemon's list shows it.
struct ContainerSummary: Decodable, Sendable {
    var id: String
    var labels: [String: String]
    /// `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead`.
    var state: String
    /// For people: `Up 3 minutes (healthy)`, `Exited (1) 4 seconds ago`.
    var status: String
    var ports: [PublishedPort]

    struct PublishedPort: Decodable, Sendable {
        var container: Int
        var host: Int?

        enum CodingKeys: String, CodingKey {
            case container = "PrivatePort"
            case host = "PublicPort"
        }
    }

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case labels = "Labels"
        case state = "State"
        case status = "Status"
        case ports = "Ports"
    }
}

/// A container as the daemon describes it alone.
struct ContainerDetails: Decodable, Sendable {
    var id: String
    var state: State
    var restartCount: Int
    var config: Config

    struct State: Decodable, Sendable {
        var status: String
        var exitCode: Int
        /// Why it could not be started.
        var error: String?
        var health: Health?

        enum CodingKeys: String, CodingKey {
            case status = "Status"
            case exitCode = "ExitCode"
            case error = "Error"
            case health = "Health"
        }
    }

    struct Health: Decodable, Sendable {
        var log: [Probe]?

        struct Probe: Decodable, Sendable {
            var output: String

            enum CodingKeys: String, CodingKey { case output = "Output" }
        }

        enum CodingKeys: String, CodingKey { case log = "Log" }
    }

    struct Config: Decodable, Sendable {
        var labels: [String: String]?
        /// `nil`: SIGTERM.
        var stopSignal: String?

        enum CodingKeys: String, CodingKey {
            case labels = "Labels"
            case stopSignal = "StopSignal"
        }
    }

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case state = "State"
        case restartCount = "RestartCount"
        case config = "Config"
    }
}
