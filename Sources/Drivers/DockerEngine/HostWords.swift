/// What `GET /version` answers.
package struct DaemonVersion: Decodable, Sendable {
    package var version: String
    package var apiVersion: String
    package var minAPIVersion: String?
    package var arch: String

    enum CodingKeys: String, CodingKey {
        case version = "Version"
        case apiVersion = "ApiVersion"
        case minAPIVersion = "MinAPIVersion"
        case arch = "Arch"
    }
}

/// What `GET /info` answers.
package struct DaemonInfo: Decodable, Sendable {
    package var cpus: Int
    /// In bytes.
    package var memory: Int
    package var operatingSystem: String

    enum CodingKeys: String, CodingKey {
        case cpus = "NCPU"
        case memory = "MemTotal"
        case operatingSystem = "OperatingSystem"
    }
}

package struct NetworkDetails: Decodable, Sendable {
    package var id: String
    package var name: String
    package var labels: [String: String]?
    package var addresses: Addresses

    package struct Addresses: Decodable, Sendable {
        package var config: [Pool]?

        package struct Pool: Decodable, Sendable {
            package var subnet: String?

            enum CodingKeys: String, CodingKey { case subnet = "Subnet" }
        }

        enum CodingKeys: String, CodingKey { case config = "Config" }
    }

    enum CodingKeys: String, CodingKey {
        case id = "Id"
        case name = "Name"
        case labels = "Labels"
        case addresses = "IPAM"
    }
}

package struct VolumeDetails: Decodable, Sendable {
    package var name: String
    package var labels: [String: String]?

    enum CodingKeys: String, CodingKey {
        case name = "Name"
        case labels = "Labels"
    }
}

package struct ImageDetails: Decodable, Sendable {
    package var config: Config?

    package struct Config: Decodable, Sendable {
        /// The paths of its `VOLUME`s.
        package var volumes: [String: Nothing]?

        enum CodingKeys: String, CodingKey { case volumes = "Volumes" }
    }

    package struct Nothing: Codable, Sendable {}

    enum CodingKeys: String, CodingKey { case config = "Config" }

    package var volumePaths: [String] { (config?.volumes ?? [:]).keys.sorted() }
}
