/// A request that its sender may send again under the same key, and that happens once.
public struct KeyedRequest: Sendable, Hashable {
    /// Whose key it is: others may use the same one.
    public var scope: String
    public var method: String
    public var path: String
    /// 1 to 255 characters of the sender's choosing.
    public var key: String
    /// SHA-256 of what is asked; the same key with another is refused.
    public var fingerprint: [UInt8]

    public init(scope: String, method: String, path: String, key: String, fingerprint: [UInt8]) {
        self.scope = scope
        self.method = method
        self.path = path
        self.key = key
        self.fingerprint = fingerprint
    }
}

/// An answer as it was given, to be given again.
public struct KeptAnswer: Sendable, Hashable {
    public struct Header: Codable, Sendable, Hashable {
        public var name: String
        public var value: String

        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    public var status: Int
    public var headers: [Header]
    public var body: [UInt8]

    public init(status: Int, headers: [Header], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// What became of a keyed request.
public enum Once<R: Sendable>: Sendable {
    /// It was done now.
    case done(R)
    /// It had been done before.
    case answered(KeptAnswer)
}
