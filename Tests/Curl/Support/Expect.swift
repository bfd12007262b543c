import Testing

@testable import Curl

/// The error with which this ends; nothing and a recorded issue when it succeeds.
func failure<Value>(
    of body: () async throws -> Value, sourceLocation: SourceLocation = #_sourceLocation
) async -> CurlError.Code? {
    do {
        _ = try await body()
        Issue.record("it succeeded", sourceLocation: sourceLocation)
        return nil
    } catch let error as CurlError {
        return error.code
    } catch {
        Issue.record("it failed otherwise: \(error)", sourceLocation: sourceLocation)
        return nil
    }
}

extension Response {
    var text: String { String(decoding: body, as: UTF8.self) }
}
