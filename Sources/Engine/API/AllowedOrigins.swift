import HTTPTypes
import HummingbirdCore

/// Which pages of other origins may call the API from a browser (CORS); none unless they are configured.
public struct AllowedOrigins: Sendable, Hashable {
    private static let headers = "Authorization, Content-Type, Idempotency-Key, If-Match, Prefer, Last-Event-ID, X-Request-Id"
    private static let exposed = "ETag, Location, Retry-After, X-Request-Id, Idempotency-Replayed, Preference-Applied"

    private let origins: Set<String>

    /// - Parameter origins: such as `https://console.example`.
    public init(_ origins: [String] = []) {
        self.origins = Set(origins)
    }

    /// Says to the browser of an allowed origin that it may show the answer; a preflight is told what it may ask.
    func admit(_ request: Request, _ answer: inout Answer) {
        guard !origins.isEmpty else { return }
        answer.headers[.vary] = "Origin"
        guard let origin = request.headers[.origin], origins.contains(origin) else { return }
        answer.headers[.accessControlAllowOrigin] = origin
        answer.headers[.accessControlExposeHeaders] = Self.exposed
        guard request.method == .options, let allowed = answer.headers[.allow] else { return }
        answer.headers[.accessControlAllowMethods] = allowed
        answer.headers[.accessControlAllowHeaders] = Self.headers
        answer.headers[.accessControlMaxAge] = "600"
    }
}
