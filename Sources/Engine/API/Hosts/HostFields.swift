import Ledger
import Model
import Wire

/// What a request says about a host; what it does not say stays as it is.
struct HostFields: Sendable {
    var site: String?
    var driver: DriverKind?
    var endpoint: String?
    var address: String?
    var insecure: Bool?
    var capacity: Int?
    var parallel: Int?
    var schedulable: Bool?
    var autofill: Bool?
    var prefers: Change<Order>
    var ports: ClosedRange<Int>?
    var network: String?
    var logging: Change<Logging>
    var ephemeralVolumes: Bool?
    var storageClass: Change<String>
    var credentials: Change<HostCredentials>

    /// A blueprint by name, with parameters.
    struct Order: Sendable {
        var blueprint: String
        var parameters: [String: JSONValue]
    }

    struct Logging: Sendable {
        var driver: String?
        var options: [String: String]
    }

    init(_ fields: inout Fields) {
        site = fields.optional("site", .name)
        driver = fields.optional("driver", .choice)
        endpoint = fields.optional("endpoint", .endpoint)
        address = fields.optional("address", .address)
        insecure = fields.optional("insecure", .flag)
        capacity = fields.optional("capacity", .integer(0...10_000))
        parallel = fields.optional("parallel", .integer(1...100))
        schedulable = fields.optional("schedulable", .flag)
        autofill = fields.optional("autofill", .flag)
        prefers = fields.change("autofillWith") { $0.optionalObject("autofillWith", Self.order) }
        ports = fields.optionalObject("portRange", Self.portRange)
        network = fields.optional("network", .network)
        logging = fields.change("logging") { $0.optionalObject("logging", Self.logging) }
        ephemeralVolumes = fields.optional("ephemeralVolumes", .flag)
        storageClass = fields.change("storageClass") { $0.optional("storageClass", .string(1...253)) }
        credentials = fields.change("credentials") {
            $0.optionalObject("credentials", isSecret: true, HostCredentials.init)
        }
    }

    private static func order(_ fields: inout Fields) -> Order? {
        let parameters = fields.optional("parameters", .object) ?? [:]
        return fields.required("blueprint", .name).map { Order(blueprint: $0, parameters: parameters) }
    }

    private static func logging(_ fields: inout Fields) -> Logging? {
        let driver = fields.optional("driver", .string(1...100))
        return Logging(driver: driver, options: fields.optional("options", .words) ?? [:])
    }

    private static func portRange(_ fields: inout Fields) -> ClosedRange<Int>? {
        let first = fields.required("first", .integer(1024...65_535))
        let last = fields.required("last", .integer(1024...65_535))
        guard let first, let last else { return nil }
        guard first <= last else {
            fields.refuse("last", value: "\(last)", rule: "not below first")
            return nil
        }
        return first...last
    }
}

extension HostFields {
    func settings(of before: HostSettings) -> HostSettings {
        let lastLogging = Logging(driver: before.logDriver, options: before.logOptions)
        let logging = logging.applied(to: lastLogging)
        return HostSettings(
            logDriver: logging?.driver, logOptions: logging?.options ?? [:],
            ephemeralVolumes: ephemeralVolumes ?? before.ephemeralVolumes,
            storageClass: storageClass.applied(to: before.storageClass))
    }

    /// Changes a host, but for its credentials.
    func apply(to host: inout Host) {
        host.site = site ?? host.site
        host.target.driver = driver ?? host.target.driver
        host.target.endpoint = endpoint ?? host.target.endpoint
        host.target.address = address ?? host.target.address
        host.target.insecure = insecure ?? host.target.insecure
        host.target.settings = settings(of: host.target.settings)
        host.capacity = capacity ?? host.capacity
        host.parallel = parallel ?? host.parallel
        host.schedulable = schedulable ?? host.schedulable
        host.autofill = autofill ?? host.autofill
        host.ports = ports ?? host.ports
        host.network = network ?? host.network
    }

    /// Seals what was given to the site's key, for the host as it is then, and notes to which.
    func applyCredentials(to target: inout HostTarget, _ sealedTo: inout String?, site: Site) throws {
        switch credentials {
        case .unsaid: break
        case .removed: (target.sealedCredentials, sealedTo) = (nil, nil)
        case .set(let credentials):
            do {
                let key = try SitePublicKey(base64: site.publicKey)
                target.sealedCredentials = try CredentialSeal(of: target, site: site.name).seal(credentials, to: key)
                sealedTo = site.publicKey
            } catch {
                throw LedgerError.conflict(
                    code: "conflict", detail: "the public key of the site \(site.name) can't be used; give it a proper one")
            }
        }
    }
}

extension HostTarget {
    /// What is wrong with how it is to be reached.
    var flaws: [Problem.FieldError] {
        guard let place = HostEndpoint(endpoint) else { return [] }
        if !place.suits(driver) {
            let rule =
                driver == .kubernetes ? "https://host:port for kubernetes" : "unix:///path or tcp://host:port for \(driver)"
            return [Problem.FieldError(field: "endpoint", value: endpoint, rule: rule)]
        }
        if case .tcp = place, !insecure, sealedCredentials == nil {
            return [
                Problem.FieldError(
                    field: "insecure", value: "false", rule: "true, or credentials for TLS, with an endpoint of tcp://")
            ]
        }
        return []
    }
}

extension HostCredentials {
    private static let length = 1...65_536

    fileprivate init?(_ fields: inout Fields) {
        guard !fields.isEmpty else {
            fields.refuse("*", value: nil, rule: "at least one of ca, certificate with key, token, kubeconfig")
            return nil
        }
        self.init(
            ca: fields.optional("ca", .text(Self.length)), certificate: fields.optional("certificate", .text(Self.length)),
            key: fields.optional("key", .text(Self.length)), token: fields.optional("token", .text(Self.length)),
            kubeconfig: fields.optional("kubeconfig", .text(Self.length)))
        if (certificate == nil) != (key == nil) {
            fields.refuse("key", value: nil, rule: "together with certificate")
        }
    }
}

extension Rule<[String: String]> {
    /// An object whose values are strings.
    static var words: Self {
        Rule(text: "an object of at most 32 strings of at most 1000 characters") { value in
            guard case .object(let members) = value, members.count <= 32 else { return nil }
            var words: [String: String] = [:]
            for (name, member) in members {
                guard case .string(let text) = member, (1...100).contains(name.utf8.count), text.utf8.count <= 1000,
                    !text.utf8.contains(0), !name.utf8.contains(0)
                else { return nil }
                words[name] = text
            }
            return words
        }
    }
}
