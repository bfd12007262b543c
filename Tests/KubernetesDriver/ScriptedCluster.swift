import Curl
import Drivers
import Model
import Scripted
import Synchronization

@testable import KubernetesDriver

/// A cluster whose API server answers as a test says, and that lets no time pass.
final class ScriptedCluster: Sendable {
    /// What was asked: a method, a path and its query.
    struct Call: Sendable {
        var method: String
        var path: String
        var query: [String: String]

        /// Where a watch begins; `nil` of other calls.
        var watchedFrom: String? { query["watch"] == "true" ? query["resourceVersion"] : nil }
    }

    private let seen = Mutex<[Call]>([])
    private let rested = Mutex<[Duration]>([])

    var calls: [Call] { seen.withLock { $0 } }
    /// How long it would have been waited.
    var rests: [Duration] { rested.withLock { $0 } }

    /// - Parameter answer: is told the number of the call, beginning with 1.
    static func using(
        _ answer: @escaping @Sendable (Int, Call) -> ScriptedAnswer?,
        body: (Cluster, ScriptedCluster) async throws -> Void
    ) async throws {
        let script = ScriptedCluster()
        try await ScriptedHost.answering { method, path, query in
            let call = Call(method: method, path: path, query: query)
            return answer(script.note(call), call)
        } body: { path in
            try await body(try script.cluster(at: path), script)
        }
    }

    private func note(_ call: Call) -> Int {
        seen.withLock { calls in
            calls.append(call)
            return calls.count
        }
    }

    private func cluster(at socket: String) throws -> Cluster {
        var access = try ClusterAccess(
            HostTarget(id: .fresh(), driver: .kubernetes, endpoint: "https://127.0.0.1:1", address: "127.0.0.1"),
            HostCredentials(token: "t"))
        access.endpoint = .unix(socket)
        return Cluster(
            client: HTTPClient(), access: access, installation: .fresh(), mayAct: {},
            rest: { (duration) throws(WorkError) in self.rested.withLock { $0.append(duration) } })
    }
}

extension ScriptedAnswer {
    /// A list of pods, or a page of one.
    static func pods(_ names: [String], version: String = "1", next: String? = nil) -> ScriptedAnswer {
        let rest = next.map { #","continue":"\#($0)""# } ?? ""
        let items = names.map(pod).joined(separator: ",")
        return ScriptedAnswer(200, #"{"metadata":{"resourceVersion":"\#(version)"\#(rest)},"items":[\#(items)]}"#)
    }

    /// What a watch tells, a line for each event.
    static func events(_ lines: [String]) -> ScriptedAnswer {
        ScriptedAnswer(200, lines.map { $0 + "\n" }.joined())
    }

    static func failure(_ status: Int, _ message: String = "no", after seconds: String? = nil) -> ScriptedAnswer {
        ScriptedAnswer(
            status, #"{"kind":"Status","message":"\#(message)"}"#, headers: seconds.map { ["Retry-After": $0] } ?? [:])
    }

    static func event(_ kind: String, _ name: String, version: String) -> String {
        #"{"type":"\#(kind)","object":\#(pod(name, version: version))}"#
    }

    static let gone = #"{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}"#

    private static func pod(_ name: String) -> String { pod(name, version: "1") }

    private static func pod(_ name: String, version: String) -> String {
        #"{"metadata":{"name":"\#(name)","uid":"uid-\#(name)","resourceVersion":"\#(version)"},"spec":{},"status":{"phase":"Running"}}"#
    }
}
