import Blueprints
import Model

extension Model.Pool {
    var json: JSONValue {
        .object([
            "id": .id(id), "name": .string(name), "blueprint": .string(plan.blueprint.name), "parameters": parameters,
            "warm": warm.json, "createdAt": .date(createdAt),
        ])
    }
}

extension Warm {
    fileprivate var json: JSONValue {
        switch self {
        case .full: .string("full")
        case .chains(let count): .integer(count)
        }
    }
}

extension Blueprint {
    var json: JSONValue {
        .object([
            "name": .string(name), "version": .integer(reference.version), "title": .string(title),
            "description": .string(description), "parameters": .array(parameters.map(\.json)),
        ])
    }
}

extension BlueprintParameter {
    fileprivate var json: JSONValue {
        .object([
            "name": .string(name), "type": .word(type), "minimum": .optional(minimum), "maximum": .optional(maximum),
            "pattern": pattern.map { .string($0) } ?? .null, "choices": choices.map { .array($0) } ?? .null,
            "default": `default` ?? .null, "description": .string(description),
        ])
    }
}
