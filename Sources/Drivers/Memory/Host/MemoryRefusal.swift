/// Why a memory host does not do what it was asked to.
public struct MemoryRefusal: Error, Codable, Sendable, Hashable {
    public enum Code: String, Codable, Sendable, CaseIterable {
        case notFound = "not-found"
        case nameTaken = "name-taken"
        case portTaken = "port-taken"
        case subnetTaken = "subnet-taken"
        case imageMissing = "image-missing"
        case invalid
        /// Only injected, as all that follow.
        case noRoom = "no-room"
        case denied
        case injected
    }

    public var code: Code
    public var message: String
    /// The port or subnet that is taken.
    public var value: String?

    public init(_ code: Code, _ message: String, value: String? = nil) {
        self.code = code
        self.message = message
        self.value = value
    }

    /// The HTTP status that goes with it.
    public var status: Int {
        switch code {
        case .notFound: 404
        case .nameTaken, .portTaken, .subnetTaken: 409
        case .imageMissing, .invalid: 422
        case .denied: 401
        case .noRoom: 507
        case .injected: 500
        }
    }
}
