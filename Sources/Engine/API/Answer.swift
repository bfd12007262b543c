import HTTPTypes
import HummingbirdCore
import Model

/// What a call answers with.
struct Answer: Sendable {
    var status: HTTPResponse.Status
    var headers: HTTPFields
    var body: [UInt8]
    /// What follows once everything of a POST is committed.
    var afterwards: (@Sendable () async -> Void)?
    /// What is kept of the body for who repeats the request, where that is not all: a secret is shown once.
    var keptBody: [UInt8]?
    /// Goes on after the head for as long as it is written.
    var stream: (@Sendable (inout any ResponseBodyWriter) async throws -> Void)?
    /// The work that it announces.
    var underWay: UnderWay?

    init(_ status: HTTPResponse.Status, text: String, type: String) {
        self.init(status, bytes: Array(text.utf8), type: type)
    }

    init(_ status: HTTPResponse.Status, json: JSONValue) {
        self.init(status, bytes: JSONWriter.bytes(json), type: "application/json")
    }

    init(_ status: HTTPResponse.Status, bytes: [UInt8], type: String) {
        self.status = status
        self.headers = [.contentType: type, .contentLength: "\(bytes.count)"]
        self.body = bytes
    }

    /// 204: done, and nothing to say.
    static var nothing: Answer {
        var answer = Answer(.noContent, bytes: [], type: "")
        answer.headers = [:]
        return answer
    }

    var head: HTTPResponse { HTTPResponse(status: status, headerFields: headers) }
}
