import HTTPTypes
import Model

/// Why a request was not done, as `application/problem+json` (RFC 9457).
struct Problem: Error {
    enum Code: String, CaseIterable, Sendable {
        case badRequest = "bad-request"
        case malformedJSON = "malformed-json"
        case unknownField = "unknown-field"
        case invalidField = "invalid-field"
        case unauthenticated
        case forbidden
        case notFound = "not-found"
        case methodNotAllowed = "method-not-allowed"
        case preconditionFailed = "precondition-failed"
        case preconditionRequired = "precondition-required"
        case bodyTooLarge = "body-too-large"
        case unsupportedMediaType = "unsupported-media-type"
        case poolExhausted = "pool-exhausted"
        case quotaExceeded = "quota-exceeded"
        case keyOver = "key-over"
        case chainLeased = "chain-leased"
        case chainBusy = "chain-busy"
        case chainDeleting = "chain-deleting"
        case chainGone = "chain-gone"
        case notLeased = "not-leased"
        case hostNotEmpty = "host-not-empty"
        case hostNotActive = "host-not-active"
        case hostDeleting = "host-deleting"
        case hostBusy = "host-busy"
        case credentialsNeeded = "credentials-needed"
        case chainStopped = "chain-stopped"
        case ledgerBehind = "ledger-behind"
        case holdLifted = "hold-lifted"
        case endpointTaken = "endpoint-taken"
        case nameTaken = "name-taken"
        case noRoom = "no-room"
        case operationOver = "operation-over"
        case notRetryable = "not-retryable"
        case requestInFlight = "request-in-flight"
        case idempotencyKeyReused = "idempotency-key-reused"
        case conflict
        case agentSilent = "agent-silent"
        case agentFailed = "agent-failed"
        case unavailable
        case crowded
        case `internal`
    }

    /// One field of the request that can't be accepted.
    struct FieldError: Sendable, Hashable {
        /// Where it is: a name, or a path of names with dots.
        var field: String
        /// What was given, cut to 200 characters; `nil` when it is missing.
        var value: String?
        /// What is asked of it.
        var rule: String
    }

    var code: Code
    var status: HTTPResponse.Status
    /// What happened and what helps, for people.
    var detail: String
    var errors: [FieldError] = []
    var headers: HTTPFields = [:]

    init(
        _ code: Code, status: HTTPResponse.Status? = nil, _ detail: String, errors: [FieldError] = [], headers: HTTPFields = [:]
    ) {
        self.code = code
        self.status = status ?? code.status
        self.detail = detail
        self.errors = errors
        self.headers = headers
    }
}

extension Problem.Code {
    /// The status it usually comes with.
    var status: HTTPResponse.Status {
        switch self {
        case .badRequest, .malformedJSON, .unknownField, .invalidField: .badRequest
        case .unauthenticated: .unauthorized
        case .forbidden: .forbidden
        case .notFound: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .preconditionFailed: .preconditionFailed
        case .preconditionRequired: .preconditionRequired
        case .bodyTooLarge: .contentTooLarge
        case .unsupportedMediaType: .unsupportedMediaType
        case .poolExhausted, .quotaExceeded, .keyOver, .chainLeased, .chainBusy, .chainDeleting, .chainGone, .notLeased,
            .hostNotEmpty, .hostNotActive, .hostDeleting, .hostBusy, .credentialsNeeded, .chainStopped, .ledgerBehind,
            .holdLifted,
            .endpointTaken, .nameTaken, .noRoom, .operationOver, .notRetryable,
            .requestInFlight, .conflict:
            .conflict
        case .idempotencyKeyReused: .unprocessableContent
        case .agentSilent: .gatewayTimeout
        case .agentFailed: .badGateway
        case .unavailable, .crowded: .serviceUnavailable
        case .internal: .internalServerError
        }
    }
}

extension Problem {
    static func notFound(_ what: String = "There is nothing here.") -> Problem {
        Problem(.notFound, what)
    }

    /// - Parameter after: seconds after which another try makes sense.
    static func unavailable(_ detail: String, after: Int = 2) -> Problem {
        Problem(.unavailable, detail, headers: [.retryAfter: "\(after)"])
    }

    func answer(requestID: RequestIdentifier) -> Answer {
        var answer = Answer(status, json: json(requestID))
        for header in headers { answer.headers.append(header) }
        answer.headers[.contentType] = "application/problem+json"
        return answer
    }

    private func json(_ requestID: RequestIdentifier) -> JSONValue {
        .object([
            "type": .string("about:blank"),
            "title": .string(status.reasonPhrase),
            "status": .integer(status.code),
            "code": .string(code.rawValue),
            "detail": .string(detail),
            "errors": .array(errors.map(\.json)),
            "requestId": .string(requestID.text),
        ])
    }
}

extension Problem.FieldError {
    fileprivate var json: JSONValue {
        .object(["field": .string(field), "value": value.map(JSONValue.string) ?? .null, "rule": .string(rule)])
    }
}
