// Types of foreign functions, read by the compiler from their C prototypes, so that a wrong pointer does not compile.

declare const pointee: unique symbol;

/** Address of a C object of the named type. Never leaves `src/native`. */
export type Pointer<Name extends string = string> = bigint & { readonly [pointee]: Name };

/** Where a function puts a result: an array of one. */
export type Slot<Value> = [Value | null];

/** A C structure by the names of its members. */
export type Struct = Record<string, unknown>;

type Wide = 'size_t' | 'uint64_t' | 'int64_t';
type Narrow = 'int' | 'gboolean' | 'uint32_t';

/** `?` after the star is ours, taken out before koffi reads the prototype: the argument may be NULL. */
type Argument<Text extends string> = Text extends `_Out_ OwnedString *${string}`
  ? Slot<string>
  : Text extends `_Out_ ${infer Name} **${string}`
    ? Slot<Pointer<Name>>
    : Text extends `_Out_ ${Wide | Narrow} *${string}`
      ? Slot<number | bigint>
      : Text extends `${'_Out_' | '_Inout_'} ${string} *${string}`
        ? Struct | Buffer
        : Text extends `const char **?${string}`
          ? readonly (string | null)[] | null
          : Text extends `const char *?${string}`
            ? string | null
            : Text extends `const char *${string}`
              ? string
              : Text extends `const void *${string}`
                ? Buffer
                : Text extends `const ${string} *${string}`
                  ? Struct
                  : Text extends `void *?${string}`
                    ? Pointer | null
                    : Text extends `void *${string}`
                      ? Pointer
                      : Text extends `${infer Name} *?${string}`
                        ? Pointer<Name> | null
                        : Text extends `${infer Name} *${string}`
                          ? Pointer<Name>
                          : number | bigint;

type ArgumentList<Text extends string> = Text extends ''
  ? []
  : Text extends `${infer First}, ${infer Rest}`
    ? [Argument<First>, ...ArgumentList<Rest>]
    : [Argument<Text>];

type ResultType<Text extends string> = Text extends 'void'
  ? undefined
  : Text extends 'OwnedString' | 'const char *'
    ? string | null
    : Text extends `${infer Name} *`
      ? Pointer<Name> | null
      : Text extends Wide
        ? number | bigint
        : number;

type Trimmed<Text extends string> = Text extends `${infer Left} ` ? Left : Text;

export type ArgumentsOf<
  Name extends string,
  Prototype extends string,
> = Prototype extends `${string}${Name}(${infer List})` ? ArgumentList<List> : never;

export type ResultOf<
  Name extends string,
  Prototype extends string,
> = Prototype extends `${infer Result}${Name}(${string}` ? ResultType<Trimmed<Result>> : never;

/** The arguments of a function that reports through a last `GError **`, without it. */
export type FallibleArgumentsOf<Name extends string, Prototype extends string> =
  ArgumentsOf<Name, Prototype> extends [...infer Given, Slot<Pointer<'GError'>>] ? Given : never;
