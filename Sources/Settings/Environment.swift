public import PostgreSQL
public import RabbitMQ
public import Wire

/// The settings of a server program, read from environment variables. Nothing else configures it.
public struct Environment: Sendable {
    private let variables: [String: String]

    public init(_ variables: [String: String]) {
        self.variables = variables
    }

    /// `nil` when it is not set, or empty.
    public func text(_ variable: String) -> String? {
        variables[variable].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Words between commas; none when it is not set.
    public func list(_ variable: String) -> [String] {
        (text(variable) ?? "").split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
    }

    public func required(_ variable: String, _ rule: String) throws(SettingError) -> String {
        guard let text = text(variable) else { throw SettingError(variable, rule: "is not set; it must be \(rule)") }
        return text
    }

    /// `CONTINUO_DATABASE_URL`: a libpq URI. It may hold a password, so errors don't show it.
    ///
    /// - Parameter program: its name, as the server's list of connections shows it.
    public func database(program: String) throws(SettingError) -> DatabaseConfiguration {
        let url = try required("CONTINUO_DATABASE_URL", "a PostgreSQL URI such as postgresql://user@host:5432/continuo")
        do {
            return try DatabaseConfiguration(
                url: url, applicationName: program, connectTimeout: .seconds(2), statementTimeout: .seconds(10))
        } catch {
            throw SettingError("CONTINUO_DATABASE_URL", rule: error.message)
        }
    }

    /// `CONTINUO_TLS_CERTIFICATE` and `CONTINUO_TLS_KEY`: the paths of PEM files, both or neither.
    public func tlsFiles() throws(SettingError) -> (certificate: String, key: String)? {
        let (certificate, key) = (text("CONTINUO_TLS_CERTIFICATE"), text("CONTINUO_TLS_KEY"))
        if let certificate, let key { return (certificate, key) }
        guard certificate == nil, key == nil else {
            let missing = certificate == nil ? "CONTINUO_TLS_CERTIFICATE" : "CONTINUO_TLS_KEY"
            throw SettingError(missing, rule: "is not set; certificate and key come together")
        }
        return nil
    }

    /// `CONTINUO_AMQP_URL`.
    public func broker() throws(SettingError) -> BrokerConfiguration {
        let url = try required("CONTINUO_AMQP_URL", "an AMQP URI such as amqp://user:password@host:5672/vhost")
        do {
            return try BrokerConfiguration(url: url)
        } catch {
            throw SettingError("CONTINUO_AMQP_URL", rule: error.message)
        }
    }

    /// `CONTINUO_ROOT_KEY_FILE`: the path of a file that `continuo-engine root-key` made.
    public func rootKey() throws(SettingError) -> RootKey {
        let variable = "CONTINUO_ROOT_KEY_FILE"
        let path = try required(variable, "the path of the root key's file (continuo-engine root-key --out FILE)")
        do throws(SecretFile.Failure) {
            let text = String(decoding: try SecretFile.read(path), as: UTF8.self)
            guard let key = try? RootKey(base64: text.filter { !$0.isWhitespace }) else {
                throw .unreadable("it holds no key: 32 bytes in base64")
            }
            return key
        } catch {
            throw SettingError(variable, value: path, rule: error.description)
        }
    }
}
