import Curl
import Drivers
import FoundationEssentials
import Model

extension Cluster {
    /// Who is said to own the fields that this driver sets.
    private static let manager = "continuo"
    /// How many objects are listed at a time.
    private static let pageSize = 500

    func version() async throws(WorkError) -> ClusterVersion {
        let version = try await call("GET", "/version").decode(ClusterVersion.self, "asking for its version")
        try version.check()
        return version
    }

    /// Makes the object as the manifest says, or makes what is there so (server-side apply); answers it as it is now.
    func apply<Object: ClusterObject>(
        _ manifest: Manifest, as type: Object.Type, node: String? = nil
    ) async throws(WorkError) -> Object {
        try await apply(manifest, node: node).decode(type, "making \(manifest.title)", node: node)
    }

    @discardableResult
    func apply(_ manifest: Manifest, node: String? = nil) async throws(WorkError) -> ClusterAnswer {
        let query = [("fieldManager", Self.manager), ("force", "true")]
        let path = manifest.resource.path(in: manifest.namespace, manifest.name, query: query)
        let answer = try await call("PATCH", path, body: manifest.json, form: .apply)
        try answer.expect("making \(manifest.title)", node: node)
        return answer
    }

    /// - Returns: `nil` where an object of that name is there already.
    func create<Object: ClusterObject>(
        _ manifest: Manifest, as type: Object.Type, node: String? = nil
    ) async throws(WorkError) -> Object? {
        let path = manifest.resource.path(in: manifest.namespace, query: [("fieldManager", Self.manager)])
        let answer = try await call("POST", path, body: manifest.json)
        if answer.status == 409 { return nil }
        return try answer.decode(type, "making \(manifest.title)", node: node)
    }

    /// - Returns: `nil` where there is none.
    func get<Object: ClusterObject>(
        _ type: Object.Type, _ name: String, in namespace: String? = nil
    ) async throws(WorkError) -> Object? {
        let answer = try await call("GET", type.resource.path(in: namespace, name))
        return answer.status == 404 ? nil : try answer.decode(type, "reading \(type.resource.name) \(name)")
    }

    func merge(
        _ change: JSONValue, into resource: Resource, _ name: String, in namespace: String, node: String? = nil
    ) async throws(WorkError) {
        let path = resource.path(in: namespace, name, query: [("fieldManager", Self.manager)])
        try await call("PATCH", path, body: change, form: .merge)
            .expect("changing the \(resource.kind) \(name)", also: 404, node: node)
    }

    /// Removes an object, if it is still the one with that uid. What belongs to it goes a little later.
    func delete(
        _ resource: Resource, _ name: String, in namespace: String? = nil, uid: String, grace: Int? = nil
    ) async throws(WorkError) {
        var options: [String: JSONValue] = [
            "propagationPolicy": "Background", "preconditions": ["uid": .string(uid)],
        ]
        if let grace { options["gracePeriodSeconds"] = .integer(grace) }
        // 409: it is another one by now.
        try await call("DELETE", resource.path(in: namespace, name), body: .object(options))
            .expect("removing the \(resource.kind) \(name)", also: 404, 409)
    }

    /// Removes all of a kind in a namespace.
    func deleteAll(_ resource: Resource, in namespace: String, grace: Int? = nil) async throws(WorkError) {
        var options: [String: JSONValue] = ["propagationPolicy": "Background"]
        if let grace { options["gracePeriodSeconds"] = .integer(grace) }
        try await call("DELETE", resource.path(in: namespace), body: .object(options))
            .expect("removing all \(resource.name) of \(namespace)", also: 404)
    }

    /// All objects of ours, page by page.
    func list<Object: ClusterObject>(
        _ type: Object.Type, _ scope: Scope
    ) async throws(WorkError) -> Listed<Object> {
        var items: [Object] = []
        var next: String?
        var limit = [("limit", String(Self.pageSize))]
        repeat {
            let query = scope.query + limit + (next.map { [("continue", $0)] } ?? [])
            let answer = try await call("GET", type.resource.path(in: scope.namespace, query: query))
            // The cluster has forgotten the state that the pages are of: from the beginning, and all at once.
            if answer.status == 410, next != nil {
                (items, next, limit) = ([], nil, [])
                continue
            }
            let page = try answer.decode(Page<Object>.self, "listing \(type.resource.name)")
            items += page.items ?? []
            next = page.metadata.next
            guard next != nil else { return Listed(items: items, version: page.metadata.resourceVersion ?? "") }
        } while true
    }

    private struct Page<Object: ClusterObject>: Decodable {
        var metadata: Metadata
        /// Some servers say null for none.
        var items: [Object]?

        struct Metadata: Decodable {
            var resourceVersion: String?
            var next: String?

            enum CodingKeys: String, CodingKey {
                case resourceVersion
                case next = "continue"
            }

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                resourceVersion = try container.decodeIfPresent(String.self, forKey: .resourceVersion)
                let text = try container.decodeIfPresent(String.self, forKey: .next)
                next = text?.isEmpty == false ? text : nil
            }
        }
    }
}

/// Objects as a list showed them, and the state of the cluster that it is of.
struct Listed<Object: ClusterObject>: Sendable {
    var items: [Object]
    var version: String
}

/// Which objects are meant: labelled as ours, of one chain, in one namespace.
struct Scope: Sendable {
    var namespace: String?
    private var labels: [(String, String)]

    init(_ installation: InstallationID, chain: ChainID? = nil, in namespace: String? = nil) {
        self.namespace = namespace
        labels = [(ObjectLabels.Name.installation, installation.description)]
        if let chain { labels.append((ObjectLabels.Name.chain, chain.description)) }
    }

    var query: [(String, String)] {
        [("labelSelector", labels.map { "\($0)=\($1)" }.joined(separator: ","))]
    }
}
