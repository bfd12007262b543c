import Curl
import Foundation
import Model
import Programs

/// A leased chain in the hands of its tenant: its endpoints and its secret, as the connection gives them.
struct LeasedChain: Sendable {
    struct Node: Sendable {
        var name: String
        var port: Int
    }

    let http: HTTPClient
    let id: String
    let user: String
    let password: String
    let nodes: [Node]

    init(_ id: String, of tenant: API) async throws {
        let connection = try await tenant.get("/v1/chains/\(id)/connection")
        guard let content = connection["files"].items.first(where: { $0["name"] == "connection.json" })?["content"].text else {
            throw Failure("no connection.json in the connection of \(id)")
        }
        let file = try JSONValue(parsing: Array(content.utf8))
        http = tenant.http
        self.id = id
        user = file["user"].text ?? ""
        password = file["password"].text ?? ""
        nodes = connection["nodes"].items.compactMap { node in
            guard let name = node["name"].text, let port = node["endpoints"].items.first?["port"].integer else { return nil }
            return Node(name: name, port: port)
        }
    }

    /// Calls one node's JSON-RPC.
    func rpc(_ node: Node, _ method: String, _ parameters: JSONValue = [], password: String? = nil) async throws -> JSONValue {
        let login = Data("\(user):\(password ?? self.password)".utf8).base64EncodedString()
        let body: JSONValue = ["id": 1, "method": .string(method), "params": parameters]
        let response = try await http.send(
            Request(
                "POST", .tcp(host: "127.0.0.1", port: node.port, tls: nil), "/",
                headers: [("authorization", "Basic \(login)"), ("content-type", "application/json")], body: .bytes(try body.bytes)
            ))
        guard response.status == 200 else { throw Failure("\(method) on \(node.name) of \(id) answered \(response.status)") }
        return try JSONValue(parsing: response.body)["result"]
    }

    func height(_ node: Node) async throws -> Int? {
        try await rpc(node, "getblockcount").integer
    }

    /// Mines a block on the first node and waits until all nodes have it; returns the height.
    @discardableResult
    func mineAndSync() async throws -> Int {
        guard let miner = nodes.first else { throw Failure("chain \(id) has no nodes") }
        _ = try await rpc(miner, "generatetodescriptor", [1, "raw(51)"])
        guard let height = try await height(miner), height > 0 else { throw Failure("nothing was mined on \(id)") }
        try await allNodes(have: height)
        return height
    }

    func allNodes(have height: Int) async throws {
        for node in nodes {
            _ = try await eventually("\(node.name) of \(id) has height \(height)") {
                try await self.height(node) == height ? true : nil
            }
        }
    }
}
