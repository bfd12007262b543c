/// What `GET /version` answers.
struct DaemonVersion: Decodable, Sendable {
    var version: String
    var apiVersion: String
    var minAPIVersion: String?
    var arch: String

    enum CodingKeys: String, CodingKey {
        case version = "Version"
        case apiVersion = "ApiVersion"
        case minAPIVersion = "MinAPIVersion"
        case arch = "Arch"
    }
}

/// What `GET /info` answers.
struct DaemonInfo: Decodable, Sendable {
    var cpus: Int
    /// In bytes.
    var memory: Int
    var operatingSystem: String

    enum CodingKeys: String, CodingKey {
        case cpus = "NCPU"
        case memory = "MemTotal"
        case operatingSystem = "OperatingSystem"
    }
}

struct NetworkDetails: Decodable, Sendable {
    var id: String
    var name: String
    var labels: [String: String]?
    var addresses: Addresses

    struct Addresses: Decodable, Sendable {
        var config: [Pool]?

        struct Pool: Decodable, Sendable {
            var subnet: String?

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

struct VolumeDetails: Decodable, Sendable {
    var name: String
    var labels: [String: String]?

    enum CodingKeys: String, CodingKey {
        case name = "Name"
        case labels = "Labels"
    }
}

struct ImageDetails: Decodable, Sendable {
    var config: Config?

    struct Config: Decodable, Sendable {
        /// The paths of its `VOLUME`s.
        var volumes: [String: Nothing]?

        enum CodingKeys: String, CodingKey { case volumes = "Volumes" }
    }

    struct Nothing: Codable, Sendable {}

    enum CodingKeys: String, CodingKey { case config = "Config" }

    var volumePaths: [String] { (config?.volumes ?? [:]).keys.sorted() }
}
