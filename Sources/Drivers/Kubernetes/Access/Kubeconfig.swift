import FoundationEssentials
import Model

/// What of a kubeconfig says how a cluster is reached. An agent has no files and runs no programs: all must be in the text itself.
struct Kubeconfig: Decodable {
    var currentContext: String?
    var contexts: [Named<Context>]?
    var clusters: [Named<Cluster>]?
    var users: [Named<User>]?

    struct Named<Value: Decodable>: Decodable {
        var name: String
        var value: Value

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyKey.self)
            name = try container.decode(String.self, forKey: AnyKey("name"))
            let key = container.allKeys.first { ["context", "cluster", "user"].contains($0.stringValue) }
            value = try container.decode(Value.self, forKey: key ?? AnyKey("cluster"))
        }
    }

    struct Context: Decodable {
        var cluster: String
        var user: String
    }

    struct Cluster: Decodable {
        var server: String
        var authority: String?
        /// Everything else that is there.
        var others: Set<String>

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyKey.self)
            server = try container.decode(String.self, forKey: AnyKey("server"))
            authority = try container.decodeIfPresent(String.self, forKey: AnyKey("certificate-authority-data"))
            others = Set(container.allKeys.map(\.stringValue))
            let unverified = AnyKey("insecure-skip-tls-verify")
            let isVerified = try? container.decode(JSONValue.self, forKey: unverified)
            if isVerified == false || isVerified == "false" { others.remove(unverified.stringValue) }
        }
    }

    struct User: Decodable {
        var certificate: String?
        var key: String?
        var token: String?
        var others: Set<String>

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: AnyKey.self)
            certificate = try container.decodeIfPresent(String.self, forKey: AnyKey("client-certificate-data"))
            key = try container.decodeIfPresent(String.self, forKey: AnyKey("client-key-data"))
            token = try container.decodeIfPresent(String.self, forKey: AnyKey("token"))
            others = Set(container.allKeys.map(\.stringValue))
        }
    }

    enum CodingKeys: String, CodingKey {
        case currentContext = "current-context"
        case contexts, clusters, users
    }

    fileprivate struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

extension Kubeconfig {
    /// Reads YAML or JSON.
    static func read(_ text: String) throws(WorkError) -> Kubeconfig {
        let isJSON = text.first { !$0.isWhitespace } == "{"
        do {
            let json = isJSON ? Data(text.utf8) : try JSONEncoder().encode(try PlainYAML.read(text))
            return try JSONDecoder().decode(Kubeconfig.self, from: json)
        } catch let error as PlainYAML.Unreadable {
            throw .badKubeconfig("line \(error.line) can't be read: \(error.reason)")
        } catch {
            throw .badKubeconfig("it has not the members that a kubeconfig has")
        }
    }

    /// The cluster and the user of its current context.
    func current() throws(WorkError) -> (Cluster, User) {
        let names = (contexts ?? []).map(\.name)
        guard let name = currentContext ?? (names.count == 1 ? names[0] : nil), !name.isEmpty else {
            throw .badKubeconfig("it names no current-context")
        }
        guard let context = contexts?.first(where: { $0.name == name })?.value else {
            throw .badKubeconfig("there is no context \(name)")
        }
        guard let cluster = clusters?.first(where: { $0.name == context.cluster })?.value else {
            throw .badKubeconfig("there is no cluster \(context.cluster)")
        }
        guard let user = users?.first(where: { $0.name == context.user })?.value else {
            throw .badKubeconfig("there is no user \(context.user)")
        }
        return (cluster, user)
    }
}

extension WorkError {
    static func badKubeconfig(_ what: String) -> WorkError {
        WorkError(.terminal, .badCredentials, "the host's kubeconfig: \(what)")
    }
}
