import Curl
import DockerEngine
import Drivers
import FoundationEssentials
import Model

extension Daemon {
    /// Makes a config or secret; one of that name that is there stays.
    /// - Returns: its id.
    @discardableResult
    func store(
        _ kind: ObjectReference.Kind, _ name: String, labels: [String: String], content: [UInt8]
    ) async throws(WorkError) -> String {
        struct Wanted: Encodable {
            var name: String
            var labels: [String: String]
            var data: String
        }
        struct Made: Decodable { var id: String }
        let answer = try await call(
            "POST", kind == .secret ? "/secrets/create" : "/configs/create",
            json: Wanted(name: name, labels: labels, data: Data(content).base64EncodedString()))
        guard answer.status == 409 else { return try answer.read(Made.self, "storing a \(kind.rawValue)").id }
        let other = try await kind == .secret ? secret(name) : config(name)
        guard let other else {
            throw WorkError(.transient, .hostRefused, "the \(kind.rawValue) \(name) went away while it was needed")
        }
        guard ObjectLabels(other.labels)?.installation == installation else {
            throw WorkError(.terminal, .hostRefused, "the \(kind.rawValue) \(name) on the host is not ours")
        }
        return other.id
    }

    /// Changes how many containers a service has and nothing else; what somebody else changes at the same time is looked at again.
    func scale(_ id: String, to replicas: Int, node: String) async throws(WorkError) {
        for _ in 0..<10 {
            let seen = try await call("GET", Request.path("services", id))
            guard seen.status != 404 else { return }
            let (version, spec) = try seen.specification(scaledTo: replicas)
            let path = Request.path("services", id, "update", query: [("version", String(version))])
            let answer = try await call("POST", path, json: spec)
            guard answer.isOutOfSequence else { return try answer.expect("scaling the service", also: 404, node: node) }
        }
        throw WorkError(.transient, .hostRefused, "the service kept changing while it was scaled", node: node)
    }
}

extension Answer {
    /// Somebody changed the object since its version was read.
    var isOutOfSequence: Bool { !succeeded && message.contains("update out of sequence") }

    /// A service's version and, whatever else it holds, its specification with another number of containers.
    fileprivate func specification(scaledTo replicas: Int) throws(WorkError) -> (Int, JSONValue) {
        try expect("reading a service")
        guard case .object(let service) = try? JSONDecoder().decode(JSONValue.self, from: Data(body)),
            case .object(let version) = service["Version"], case .integer(let index) = version["Index"],
            case .object(var spec) = service["Spec"]
        else { throw WorkError(.terminal, .hostUnsupported, "reading a service: the answer is not Docker's") }
        spec["Mode"] = .object(["Replicated": .object(["Replicas": .integer(replicas)])])
        return (index, .object(spec))
    }
}
