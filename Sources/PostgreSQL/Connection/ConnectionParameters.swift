import CPostgreSQL

/// The keywords and values libpq connects with.
///
/// libpq's own complaints about a URL quote it, password and all, and a password that is not percent-encoded ends up in the
/// host or the port. So the URL is judged here, and complaints name the part alone.
struct ConnectionParameters: Sendable {
    private let values: [String: String]

    init(url: String, applicationName: String, statementTimeout: Duration) throws(DatabaseError) {
        var values = try Self.parse(url)
        try Self.checkPort(values["port"])
        try Self.checkHost(values["host"])
        let milliseconds = Int(statementTimeout / .milliseconds(1))
        let settings = [
            "statement_timeout=\(milliseconds)", "idle_in_transaction_session_timeout=\(milliseconds)",
            "timezone=UTC", "datestyle=ISO", "intervalstyle=iso_8601", "bytea_output=hex", "extra_float_digits=1",
            // Compiling a statement takes longer than any of ours runs.
            "jit=off",
        ]
        // The server reads options from left to right: the URL's own have the last word.
        let options = settings.map { "-c \($0)" } + [values["options"]].compactMap(\.self)
        values["options"] = options.joined(separator: " ")
        values["client_encoding"] = "UTF8"
        let defaults = [
            "fallback_application_name": applicationName, "gssencmode": "disable",
            "keepalives_idle": "10", "keepalives_interval": "5", "keepalives_count": "3", "tcp_user_timeout": "30000",
        ]
        self.values = values.merging(defaults) { given, _ in given }
    }

    /// Calls `body` with libpq's two lists, each ended by a null pointer.
    func withLists<R>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<UnsafePointer<CChar>?>) -> R
    ) -> R {
        let names = Array(values.keys)
        let keywords = CStringList(names)
        let settings = CStringList(names.map { values[$0] ?? "" })
        return keywords.withPointers { keywords in settings.withPointers { body(keywords, $0) } }
    }
}

extension ConnectionParameters: CustomStringConvertible {
    var description: String {
        let user = values["user"].map { "\($0)@" } ?? ""
        let port = values["port"].map { ":\($0)" } ?? ""
        return "postgresql://\(user)\(values["host"] ?? "")\(port)/\(values["dbname"] ?? "")"
    }
}

// MARK: Reading the URL

extension ConnectionParameters {
    private static func parse(_ url: String) throws(DatabaseError) -> [String: String] {
        guard url.hasPrefix("postgresql://") || url.hasPrefix("postgres://") else {
            throw DatabaseError(.invalidConfiguration, "the database URL must begin with postgresql://")
        }
        var complaint: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &complaint) else {
            defer { PQfreemem(complaint) }
            throw DatabaseError(.invalidConfiguration, "the database URL is not one of libpq's: \(withoutQuotes(complaint))")
        }
        defer { PQconninfoFree(options) }
        return collect(options)
    }

    private static func collect(_ options: UnsafeMutablePointer<PQconninfoOption>) -> [String: String] {
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return values
    }

    /// libpq's reason without anything it quotes from the URL.
    private static func withoutQuotes(_ complaint: UnsafeMutablePointer<CChar>?) -> String {
        let text = complaint.map { String(cString: $0) } ?? "no reason given"
        return String(text.prefix { $0 != "\"" && $0 != "\n" })
    }

    private static func checkPort(_ ports: String?) throws(DatabaseError) {
        let isValid = (ports ?? "").split(separator: ",").allSatisfy { Int($0).map { 1...65535 ~= $0 } ?? false }
        guard !isValid else { return }
        throw DatabaseError(.invalidConfiguration, "the port in the database URL is no number from 1 to 65535; \(encodingHint)")
    }

    private static func checkHost(_ hosts: String?) throws(DatabaseError) {
        guard hosts?.contains("@") == true else { return }
        throw DatabaseError(.invalidConfiguration, "the host in the database URL has an @; \(encodingHint)")
    }

    private static let encodingHint = "special characters of a password must be percent-encoded"
}
