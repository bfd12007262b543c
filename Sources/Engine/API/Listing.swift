import HTTPTypes
import Ledger
import Model

extension Fields {
    /// The part of a list that is asked for: `limit` (1 to 200, 50 unless said), `after` and `sort`.
    mutating func page() -> PageRequest {
        page { Identifier<Page<Int>>($0) != nil }
    }

    /// The same of a list of keys.
    mutating func pageOfKeys() -> PageRequest { page(isID: APIKey.isID) }

    private mutating func page(isID: @escaping @Sendable (String) -> Bool) -> PageRequest {
        let cursor = Rule.string(1...100).and("a cursor: next of the part before", isID)
        let limit = optional("limit", .integerText(1...200)) ?? 50
        let sort: ListOrder = optional("sort", .choice) ?? .eldestFirst
        return PageRequest(after: optional("after", cursor), limit: limit, isDescending: sort == .youngestFirst)
    }

    /// The part of a list in the order of names: `limit` and `after`.
    mutating func pageOfNames() -> PageRequest {
        PageRequest(after: optional("after", .name), limit: optional("limit", .integerText(1...200)) ?? 50)
    }
}

/// `sort` of a list.
enum ListOrder: String, CaseIterable, Sendable {
    case eldestFirst = "createdAt"
    case youngestFirst = "-createdAt"
}

extension Answer {
    static func list(_ items: [JSONValue], next: String?) -> Answer {
        Answer(.ok, json: .object(["items": .array(items), "next": .optional(next)]))
    }
}
