import Foundation
import Model

/// A judge for the part of JSON Schema 2020-12 that `schemas/messages` uses. A keyword it does not know is a failure, so that no
/// rule is written down that nobody checks.
struct JSONSchema {
    private let root: JSONValue

    private static let files: [String: JSONValue] = {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let folder = tests.deletingLastPathComponent().appending(path: "schemas/messages")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.reduce(into: [:]) { files, name in
            files[name] = try? JSONDecoder().decode(JSONValue.self, from: Data(contentsOf: folder.appending(path: name)))
        }
    }()

    /// - Parameter name: a file in `schemas/messages`, without its extension.
    init(_ name: String) throws {
        try self.init(file: name + ".json")
    }

    private init(file: String) throws {
        guard let root = Self.files[file] else { throw Unresolved(pointer: file) }
        self.root = root
    }

    /// Everything that is wrong with `value`; empty when nothing is.
    /// - Parameter pointer: the subschema to use, `/$defs/x` for instance.
    func problems(of value: JSONValue, at pointer: String = "") throws -> [String] {
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
        case ("const", _): return fail(value == rule)
        case ("enum", .array(let values)): return fail(values.contains(value))
        case ("minimum", _): return fail(number(value) >= number(rule))
        case ("maximum", _): return fail(number(value) <= number(rule))
        case ("minLength", .integer(let length)): return fail(text(value).count >= length)
        case ("maxLength", .integer(let length)): return fail(text(value).count <= length)
        case ("pattern", .string(let pattern)): return fail(text(value).range(of: pattern, options: .regularExpression) != nil)
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
            guard case .array(let items) = value else { return [] }
            return try items.enumerated().flatMap { try check($0.element, rule, "\(path)/\($0.offset)") }
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

    private func text(_ value: JSONValue) -> String {
        if case .string(let text) = value { text } else { "" }
    }

    private func number(_ value: JSONValue) -> Double {
        switch value {
        case .integer(let number): Double(number)
        case .number(let number): number
        default: .nan
        }
    }
}
