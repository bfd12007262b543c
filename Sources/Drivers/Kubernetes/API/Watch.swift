import Curl
import Drivers
import FoundationEssentials
import Model

/// One change that a watch tells of.
struct WatchEvent<Object: ClusterObject>: Decodable, Sendable {
    enum Kind: String, Decodable {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
        /// Nothing changed; the state of the cluster until which everything has been told.
        case bookmark = "BOOKMARK"
        case error = "ERROR"
    }

    var kind: Kind
    /// `nil` for bookmarks and errors.
    var object: Object?
    var version: String?

    private struct Bookmark: Decodable {
        var metadata: Metadata?
        struct Metadata: Decodable { var resourceVersion: String? }
    }

    private enum CodingKeys: String, CodingKey {
        case kind = "type"
        case object
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        kind = try container.decode(Kind.self, forKey: .kind)
        switch kind {
        case .added, .modified, .deleted:
            let object = try container.decode(Object.self, forKey: .object)
            self.object = object
            version = object.metadata.resourceVersion
        case .bookmark: version = try container.decode(Bookmark.self, forKey: .object).metadata?.resourceVersion
        case .error: break
        }
    }
}

/// A watch that is under way. It ends when the cluster ends it, which it does from time to time.
struct Watch<Object: ClusterObject> {
    private var body: ResponseBody.Iterator
    private let endpoint: Endpoint
    private var rest: [UInt8] = []
    private var ready: [WatchEvent<Object>] = []

    fileprivate init(_ body: ResponseBody, at endpoint: Endpoint) {
        self.body = body.makeAsyncIterator()
        self.endpoint = endpoint
    }

    /// The next change; `nil` at the end. An event that tells of an error is an end, too: what is there has to be listed anew.
    mutating func next() async throws(WorkError) -> WatchEvent<Object>? {
        while ready.isEmpty {
            let chunk: [UInt8]?
            do {
                chunk = try await body.next()
            } catch {
                if case .timeout = error.code { return nil }
                throw WorkError(error, at: endpoint)
            }
            guard let chunk else { return nil }
            try take(chunk)
        }
        return ready.removeFirst()
    }

    private mutating func take(_ chunk: [UInt8]) throws(WorkError) {
        rest += chunk
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = Data(rest[..<end])
            rest.removeSubrange(...end)
            do {
                ready.append(try JSONDecoder().decode(WatchEvent<Object>.self, from: line))
            } catch {
                throw WorkError(.terminal, .hostUnsupported, "watching: the answer is not Kubernetes'")
            }
        }
    }
}

extension Cluster {
    /// Before the next watch, where one told nothing or broke off: what ends watches at once is not asked without a pause.
    static let breath = Duration.milliseconds(100)

    /// Everything that happens to the objects after the state `version`, for at most `seconds`.
    /// - Returns: `nil` where the cluster has forgotten that state (410): list, and watch from there.
    func watch<Object: ClusterObject>(
        _ type: Object.Type, _ scope: Scope, from version: String, seconds: Int
    ) async throws(WorkError) -> Watch<Object>? {
        let query =
            scope.query + [
                ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", version),
                ("timeoutSeconds", String(seconds)),
            ]
        let timeouts = Timeouts(connect: .seconds(5), total: .seconds(seconds + 5), idle: nil)
        let response = try await stream(type.resource.path(in: scope.namespace, query: query), timeouts: timeouts)
        if response.status == 410 { return nil }
        guard response.status == 200 else {
            let body = (try? await response.body.collect()) ?? []
            throw ClusterAnswer(status: response.status, headers: response.headers, body: body)
                .refusal("watching \(type.resource.name)")
        }
        return Watch(response.body, at: access.endpoint)
    }

    /// Looks at the objects as they are, and again after each change, until `look` says that it is done or the time is up.
    /// - Returns: whether it was done.
    func follow<Object: ClusterObject>(
        _ type: Object.Type, _ scope: Scope, until end: ContinuousClock.Instant,
        _ look: ([Object]) async throws(WorkError) -> Bool
    ) async throws(WorkError) -> Bool {
        while true {
            let listed = try await list(type, scope)
            var objects = Dictionary(listed.items.map { ($0.metadata.uid, $0) }) { _, last in last }
            if try await look(Array(objects.values)) { return true }
            var version: String? = listed.version
            while let from = version {
                guard ContinuousClock.now < end else { return false }
                // No call may outlast an agent's term.
                let left = Int(clamping: (end - .now).components.seconds) + 1
                version = nil
                guard var watch = try await watch(type, scope, from: from, seconds: min(left, 5)) else { break }
                version = from
                var isSilent = true
                while let event = try await watch.next() {
                    isSilent = false
                    guard event.kind != .error else {
                        version = nil
                        break
                    }
                    version = event.version ?? version
                    guard let object = event.object else { continue }
                    objects[object.metadata.uid] = event.kind == .deleted ? nil : object
                    if try await look(Array(objects.values)) { return true }
                }
                // Time has passed, which can be news by itself.
                if try await look(Array(objects.values)) { return true }
                if isSilent || version == nil { try await rest(Self.breath) }
            }
            guard ContinuousClock.now < end else { return false }
        }
    }
}
