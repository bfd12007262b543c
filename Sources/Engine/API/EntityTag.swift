import Crypto
import HTTPTypes
import Model

/// The `ETag` of a thing: of what people say about it, so that it changes when they change it, and not with every look at it.
struct EntityTag: Sendable, Hashable {
    let text: String

    init(of configuration: JSONValue) {
        text = "\"" + SHA256.hash(data: JSONWriter.bytes(configuration)).prefix(8).hexadecimal + "\""
    }
}

/// `If-Match`: what the caller believes to change.
enum Precondition: Sendable, Hashable {
    case anything
    case oneOf([String])

    /// Throws 400 when it is neither `*` nor a list of entity tags.
    init(field: String) throws(Problem) {
        let words = field.split(separator: ",").map { String($0.filter { $0 != " " && $0 != "\t" }) }
        if words == ["*"] {
            self = .anything
            return
        }
        guard !words.isEmpty, words.allSatisfy({ $0.utf8.count >= 2 && $0.hasSuffix("\"") && $0.contains("\"") }) else {
            throw Problem(.badRequest, "If-Match has to be an entity tag in quotes, as ETag gave it, or *.")
        }
        self = .oneOf(words)
    }

    func holds(for tag: EntityTag) -> Bool {
        switch self {
        case .anything: true
        case .oneOf(let tags): tags.contains(tag.text)
        }
    }
}

extension Call {
    /// Throws 428 when the request does not say what it changes.
    func requiredPrecondition() throws(Problem) -> Precondition {
        guard let precondition else {
            throw Problem(
                .preconditionRequired, "Say with If-Match which state you change: the ETag of the last GET, or * for any.")
        }
        return precondition
    }
}

extension Answer {
    /// The same with the entity tag of what it shows.
    func tagged(_ configuration: JSONValue) -> Answer {
        var answer = self
        answer.headers[.eTag] = EntityTag(of: configuration).text
        return answer
    }
}
