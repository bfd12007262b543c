import HTTPTypes
import Ledger
import Model

extension Fields {
    /// The part of a list that is asked for: `limit` (1 to 200, 50 unless said) and `after`.
    mutating func page() -> PageRequest {
        let limit = optional("limit", .integerText(1...200)) ?? 50
        let cursor = Rule.string(1...100).and("a cursor: next of the part before") { Identifier<Page<Int>>($0) != nil }
        return PageRequest(after: optional("after", cursor), limit: limit)
    }
}

extension Answer {
    static func list(_ items: [JSONValue], next: String?) -> Answer {
        Answer(.ok, json: .object(["items": .array(items), "next": .optional(next)]))
    }

    /// 202: the resource with the operation that works on it.
    static func accepted(_ resource: JSONValue, _ operation: JSONValue, id: OperationID) -> Answer {
        var answer = Answer(.accepted, json: resource.with("operation", operation))
        answer.headers[.location] = "/v1/operations/\(id)"
        return answer
    }
}
