import HTTPTypes
import NIOHTTP1

/// Why a request is answered by the connection's guard, before the API sees it.
enum Refusal: Equatable {
    case tooLarge(limit: Int)
    case slow
    case crowded
    case expectation(String)
    case headerTooLarge
    case unreadable(reason: String)

    init(unreadable error: any Error) {
        if case HTTPParserError.headerOverflow = error {
            self = .headerTooLarge
        } else {
            self = .unreadable(reason: "\(error)")
        }
    }

    var problem: Problem {
        switch self {
        case .tooLarge(let limit):
            Problem(.bodyTooLarge, "The body is larger than \(limit) bytes.")
        case .slow:
            Problem(.badRequest, status: .requestTimeout, "The body did not arrive in time.")
        case .crowded:
            Problem(
                .crowded, "The engine has as many connections as it takes; come again in a moment.",
                headers: [.retryAfter: "1"])
        case .expectation(let text):
            Problem(
                .badRequest, status: .expectationFailed, "The expectation \(text.prefix(100)) can't be met; 100-continue can.")
        case .headerTooLarge:
            Problem(.badRequest, status: .requestHeaderFieldsTooLarge, "The request's header fields are too many or too large.")
        case .unreadable(let reason):
            Problem(.badRequest, "The bytes are no HTTP request (\(reason)).")
        }
    }
}
