public import Curl
import Drivers
public import Foundation
public import Model

/// The test daemon, from the outside: what an operator or a stranger would do with it.
public struct Docker: Sendable {
    public let url: String
    public let client = HTTPClient()
    private let endpoint: Endpoint

    /// The image of the chains that tests make: a static busybox, also as `sh`.
    public static let image = "continuo-test/busybox:1"

    /// The daemon at CONTINUO_TEST_DOCKER_HOST, with the test image.
    public static func forTests(_ variable: String = "CONTINUO_TEST_DOCKER_HOST") async throws -> Docker {
        guard let url = ProcessInfo.processInfo.environment[variable], url.hasPrefix("unix:///") else {
            throw Unmet("\(variable) is not set (unix:///path); ops/test sets it")
        }
        return try await Docker.at(url)
    }

    /// The daemon with that URL, with the test image.
    public static func at(_ url: String) async throws -> Docker {
        let docker = Docker(url: url, endpoint: .unix(String(url.dropFirst("unix://".count))))
        try await image(docker)
        return docker
    }

    /// Answers the call's body; fails the test where the daemon refuses.
    @discardableResult
    public func call(_ method: String, _ path: String, json: String? = nil) async throws -> Data {
        let response = try await send(method, path, json: json)
        guard (200..<400).contains(response.status) else {
            throw Unmet("\(method) \(path): \(response.status) \(String(decoding: response.body, as: UTF8.self))")
        }
        return Data(response.body)
    }

    public func send(_ method: String, _ path: String, json: String? = nil) async throws -> Response {
        try await client.send(
            Request(
                method, endpoint, "/v1.41\(path)", headers: [("Content-Type", "application/json")],
                body: json.map { .bytes(Array($0.utf8)) } ?? .none))
    }

    /// Every object of an installation by what it is called: `container ctn-…`.
    public func objects(of installation: InstallationID) async throws -> [String] {
        try await found(installation).map { "\($0.kind.rawValue) \($0.id)" }
    }

    /// Removes what is left of an installation, and says what that was.
    public func removeAll(of installation: InstallationID) async throws -> [String] {
        let objects = try await found(installation)
        for object in objects {
            switch object.kind {
            case .container: _ = try await send("DELETE", "/containers/\(object.id)?force=1&v=1")
            case .network: _ = try await send("DELETE", "/networks/\(object.id)")
            default: _ = try await send("DELETE", "/volumes/\(object.id)")
            }
        }
        return objects.map { "\($0.kind.rawValue) \($0.id)" }
    }

    private func found(_ installation: InstallationID) async throws -> [ObjectReference] {
        struct Named: Decodable {
            var id: String?
            var name: String?
            enum CodingKeys: String, CodingKey {
                case id = "Id"
                case name = "Name"
            }
        }
        struct Volumes: Decodable {
            var all: [Named]?
            enum CodingKeys: String, CodingKey { case all = "Volumes" }
        }
        let filter = Request.percentEncoded(#"{"label":["\#(ObjectLabels.Name.installation)=\#(installation)"]}"#)
        let read = JSONDecoder()
        let containers = try read.decode([Named].self, from: try await call("GET", "/containers/json?all=1&filters=\(filter)"))
        let networks = try read.decode([Named].self, from: try await call("GET", "/networks?filters=\(filter)"))
        let volumes = try read.decode(Volumes.self, from: try await call("GET", "/volumes?filters=\(filter)"))
        return containers.compactMap { $0.id.map { ObjectReference(kind: .container, id: $0) } }
            + networks.compactMap { $0.id.map { ObjectReference(kind: .network, id: $0) } }
            + (volumes.all ?? []).compactMap { $0.name.map { ObjectReference(kind: .volume, id: $0) } }
    }

    /// The ids of all containers with these labels, running or not.
    public func containers(labelled labels: [String], running: Bool = false) async throws -> [String] {
        struct Found: Decodable {
            var id: String
            enum CodingKeys: String, CodingKey { case id = "Id" }
        }
        var wanted: [String: JSONValue] = ["label": .array(labels.map { .string($0) })]
        if running { wanted["status"] = ["running"] }
        let filter = try text(wanted)
        let all = try await call("GET", "/containers/json?all=1&filters=\(Request.percentEncoded(filter))")
        return try JSONDecoder().decode([Found].self, from: all).map(\.id)
    }

    /// Runs a command in a container and answers its output, without the daemon's framing of short outputs.
    public func run(_ command: [String], in container: String) async throws -> String {
        let wanted: [String: JSONValue] = [
            "Cmd": .array(command.map { .string($0) }), "AttachStdout": .bool(true), "AttachStderr": .bool(true),
        ]
        let made = try await call("POST", "/containers/\(container)/exec", json: try text(wanted))
        guard let exec = try JSONDecoder().decode([String: String].self, from: made)["Id"] else {
            throw Unmet("no exec was made")
        }
        var rest = try await call("POST", "/exec/\(exec)/start", json: #"{"Detach":false}"#)[...]
        var output = Data()
        while rest.count > 8 {
            let length = rest.dropFirst(4).prefix(4).reduce(0) { $0 << 8 | Int($1) }
            output += rest.dropFirst(8).prefix(length)
            rest = rest.dropFirst(8 + length)
        }
        return String(decoding: output, as: UTF8.self)
    }

    private func text(_ value: [String: JSONValue]) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }
}
