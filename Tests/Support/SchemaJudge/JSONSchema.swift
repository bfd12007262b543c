import Foundation
public import Model

/// A judge for the part of JSON Schema 2020-12 that `schemas/` uses. A keyword it does not know is a failure, so that no
/// rule is written down that nobody checks.
public struct JSONSchema {
    private let root: JSONValue

    private static let files: [String: JSONValue] = {
        let support = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let schemas = support.deletingLastPathComponent().deletingLastPathComponent().appending(path: "schemas")
        let folders = [schemas, schemas.appending(path: "messages")]
        return folders.reduce(into: [:]) { files, folder in
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] where name.hasSuffix(".json") {
                files[name] = try? JSONDecoder().decode(JSONValue.self, from: Data(contentsOf: folder.appending(path: name)))
            }
        }
    }()

    /// - Parameter name: a file in `schemas` or `schemas/messages`, without its extension.
    public init(_ name: String) throws {
        try self.init(file: name + ".json")
    }

    private init(file: String) throws {
        guard let root = Self.files[file] else { throw Unresolved(pointer: file) }
        self.root = root
    }

    /// Everything that is wrong with `value`; empty when nothing is.
    /// - Parameter pointer: the subschema to use, `/$defs/x` for instance.
    public func problems(of value: JSONValue, at pointer: String = "") throws -> [String] {
        try check(value, try resolve(pointer), "")
    }

    private func resolve(_ pointer: String) throws -> JSONValue {
        try pointer.split(separator: "/").reduce(root) { node, key in
            guard case .object(let members) = node, let next = members[String(key)] else { throw Unresolved(pointer: pointer) }
            return next
        }
    }

    private struct Unresolved: Error {
        let pointer: String
    }

    private func check(_ value: JSONValue, _ schema: JSONValue, _ path: String) throws -> [String] {
        guard case .object(let rules) = schema else { return ["\(path): the schema is no object"] }
        return try rules.flatMap { try check(value, $0.key, $0.value, rules, path) }
    }

    private func check(
        _ value: JSONValue, _ keyword: String, _ rule: JSONValue, _ rules: [String: JSONValue], _ path: String
    ) throws -> [String] {
        func fail(_ condition: Bool) -> [String] { condition ? [] : ["\(path): \(keyword) \(rule)"] }
        switch (keyword, rule) {
        case ("$schema", _), ("title", _), ("description", _), ("$defs", _): return []
        case ("$ref", .string(let reference)): return try checkReference(value, reference, path)
        case ("type", .string(let type)): return fail(matches(value, type))
        case ("type", .array(let types)): return fail(types.contains { matches(value, text($0)) })
        case ("const", _): return fail(value == rule)
        case ("enum", .array(let values)): return fail(values.contains(value))
        case ("minimum", _): return fail(number(value).map { $0 >= number(rule) ?? .nan } ?? true)
        case ("maximum", _): return fail(number(value).map { $0 <= number(rule) ?? .nan } ?? true)
        case ("minLength", .integer(let length)): return fail(string(value).map { $0.count >= length } ?? true)
        case ("maxLength", .integer(let length)): return fail(string(value).map { $0.count <= length } ?? true)
        case ("minItems", .integer(let count)): return fail(items(value).map { $0.count >= count } ?? true)
        case ("pattern", .string(let pattern)):
            return fail(string(value).map { $0.range(of: pattern, options: .regularExpression) != nil } ?? true)
        case ("propertyNames", _):
            return try members(value).keys.flatMap { try check(.string($0), rule, "\(path)/\($0)") }
        case ("required", .array(let names)): return fail(names.allSatisfy { members(value)[text($0)] != nil })
        case ("properties", .object(let properties)):
            return try members(value).flatMap { name, member in
                try properties[name].map { try check(member, $0, "\(path)/\(name)") } ?? []
            }
        case ("additionalProperties", _):
            let known = rules["properties"].map { members($0) } ?? [:]
            return try members(value).filter { known[$0.key] == nil }.flatMap { name, member in
                rule == .bool(false) ? ["\(path): unknown member \(name)"] : try check(member, rule, "\(path)/\(name)")
            }
        case ("items", _):
            return try (items(value) ?? []).enumerated().flatMap { try check($0.element, rule, "\(path)/\($0.offset)") }
        case ("anyOf", .array(let schemas)):
            let results = try schemas.map { try check(value, $0, path) }
            return results.contains(where: \.isEmpty) ? [] : ["\(path): none of \(results)"]
        case ("allOf", .array(let schemas)): return try schemas.flatMap { try check(value, $0, path) }
        case ("oneOf", .array(let schemas)):
            let results = try schemas.map { try check(value, $0, path) }
            return results.filter(\.isEmpty).count == 1 ? [] : ["\(path): not one of \(results)"]
        default: return ["\(path): the judge does not know the keyword \(keyword)"]
        }
    }

    private func checkReference(_ value: JSONValue, _ reference: String, _ path: String) throws -> [String] {
        let parts = reference.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let schema = parts[0].isEmpty ? self : try JSONSchema(file: parts[0])
        return try schema.check(value, try schema.resolve(parts.count == 2 ? parts[1] : ""), path)
    }

    private func matches(_ value: JSONValue, _ type: String) -> Bool {
        switch (type, value) {
        case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool), ("integer", .integer): true
        case ("number", .number), ("number", .integer): true
        default: false
        }
    }

    private func members(_ value: JSONValue) -> [String: JSONValue] {
        if case .object(let members) = value { members } else { [:] }
    }

    /// These judge what is of their kind; of anything else `type` speaks.
    private func string(_ value: JSONValue) -> String? {
        if case .string(let text) = value { text } else { nil }
    }

    private func text(_ value: JSONValue) -> String { string(value) ?? "" }

    private func items(_ value: JSONValue) -> [JSONValue]? {
        if case .array(let items) = value { items } else { nil }
    }

    private func number(_ value: JSONValue) -> Double? {
        switch value {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: nil
        }
    }
}
