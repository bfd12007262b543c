/// A whole response. Any status is a response, redirects too: only exchanges that fail throw.
public struct Response: Sendable {
    public var status: Int
    public var headers: Headers
    public var body: [UInt8]
}

/// A response whose body is still coming.
public struct StreamedResponse: Sendable {
    public var status: Int
    public var headers: Headers
    public var body: ResponseBody
}

/// What precedes a body.
struct ResponseHead: Sendable {
    var status: Int
    var headers: Headers
}
