package import Drivers

/// A container as the daemon's list shows it.
package struct ContainerSummary: Decodable, Sendable {
    package var id: String
    package var labels: [String: String]
    /// `created`, `running`, `paused`, `restarting`, `removing`, `exited`, `dead`.
    package var state: String
    /// For people: `Up 3 minutes (healthy)`, `Exited (1) 4 seconds ago`.
    package var status: String
    package var ports: [PublishedPort]

    package struct PublishedPort: Decodable, Sendable {
        package var container: Int
        package var host: Int?

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

    /// Out of `Exited (1) 4 seconds ago`.
    package var exitCode: Substring {
        status.drop { $0 != "(" }.dropFirst().prefix { $0 != ")" }
    }
}

/// A container as the daemon describes it alone.
package struct ContainerDetails: Decodable, Sendable {
    package var id: String
    package var state: State
    package var restartCount: Int
    package var config: Config

    package struct State: Decodable, Sendable {
        package var status: String
        package var exitCode: Int
        package var lackedMemory: Bool
        /// Why it could not be started.
        package var error: String?
        package var health: Health?

        enum CodingKeys: String, CodingKey {
            case status = "Status"
            case exitCode = "ExitCode"
            case lackedMemory = "OOMKilled"
            case error = "Error"
            case health = "Health"
        }

        package var end: ContainerEnd { ContainerEnd(exitCode: exitCode, lackedMemory: lackedMemory) }
    }

    package struct Health: Decodable, Sendable {
        package var log: [Probe]?

        package struct Probe: Decodable, Sendable {
            package var output: String

            enum CodingKeys: String, CodingKey { case output = "Output" }
        }

        enum CodingKeys: String, CodingKey { case log = "Log" }
    }

    package struct Config: Decodable, Sendable {
        package var labels: [String: String]?
        /// `nil`: SIGTERM.
        package var stopSignal: String?

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
