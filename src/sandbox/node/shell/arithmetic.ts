import { ScriptError } from './syntax.ts';

/** `$((…))`: whole numbers with C's operators. Pure but for the variables it is given. */
export interface Variables {
  get(name: string): string | undefined;
  set(name: string, value: string): void;
}

export class ArithmeticError extends ScriptError {
  override readonly name = 'ArithmeticError';
}

const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

const operations: Record<string, (left: number, right: number) => number> = {
  '||': (left, right) => (left !== 0 || right !== 0 ? 1 : 0),
  '&&': (left, right) => (left !== 0 && right !== 0 ? 1 : 0),
  '|': (left, right) => Number(BigInt(left) | BigInt(right)),
  '^': (left, right) => Number(BigInt(left) ^ BigInt(right)),
  '&': (left, right) => Number(BigInt(left) & BigInt(right)),
  '<<': (left, right) => Number(BigInt.asIntN(64, BigInt(left) << shiftOf(right))),
  '>>': (left, right) => Number(BigInt(left) >> shiftOf(right)),
  '==': (left, right) => (left === right ? 1 : 0),
  '!=': (left, right) => (left !== right ? 1 : 0),
  '<=': (left, right) => (left <= right ? 1 : 0),
  '>=': (left, right) => (left >= right ? 1 : 0),
  '<': (left, right) => (left < right ? 1 : 0),
  '>': (left, right) => (left > right ? 1 : 0),
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => Math.trunc(left / nonZero(right)),
  '%': (left, right) => left % nonZero(right),
};

/** As the processors do that shells run on. */
const shiftOf = (value: number) => BigInt.asUintN(6, BigInt(value));

function nonZero(value: number): number {
  if (value === 0) throw new ArithmeticError('divide by zero');
  return value;
}

/** What a person may write; longer ones would hold up everybody else. */
const longestExpression = 4096;
const deepest = 100;

const token = /\s*(0[xX][0-9a-fA-F]+|\d+|[A-Za-z_]\w*|\|\||&&|(?:<<|>>)=?|[=!<>]=|[-+*/%&|^]=|[-+*/%<>=!()?:~&|^])/y;

/** C's notation: a zero before the digits makes them octal. */
function numberOf(text: string): number {
  if (!/^(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.test(text)) throw new ArithmeticError('syntax error');
  return counted(/^0\d/.test(text) ? Number.parseInt(text, 8) : Number(text));
}

/** Beyond this a real shell counts on, to 64 bits; a wrong number would be worse than none. */
function counted(value: number): number {
  if (!Number.isSafeInteger(value)) throw new ArithmeticError('a number is larger than this sandbox counts');
  return value;
}

export function evaluate(text: string, variables: Variables): number {
  if (text.length > longestExpression) throw new ArithmeticError('an expression is longer than this sandbox reads');
  const tokens: string[] = [];
  token.lastIndex = 0;
  for (let at = 0; text.slice(at).trim() !== ''; at = token.lastIndex) {
    token.lastIndex = at;
    const found = token.exec(text);
    if (!found?.[1]) throw new ArithmeticError('syntax error');
    tokens.push(found[1]);
  }
  if (tokens.length === 0) return 0;
  const evaluation = new Evaluation(tokens, variables);
  return evaluation.whole();
}

class Evaluation {
  readonly #tokens: string[];
  readonly #variables: Variables;
  #depth = 0;
  /** Inside of operands that C does not evaluate: they must make sense, and have neither value nor effect. */
  #skipped = 0;

  constructor(tokens: string[], variables: Variables) {
    this.#tokens = tokens;
    this.#variables = variables;
  }

  whole(): number {
    const value = this.#assignment();
    if (this.#tokens.length > 0) throw new ArithmeticError('syntax error');
    return value;
  }

  #assignment(): number {
    this.#enter();
    const value = this.#assignmentOrChoice();
    this.#depth -= 1;
    return value;
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > deepest) throw new ArithmeticError('an expression nests deeper than this sandbox reads');
  }

  #assignmentOrChoice(): number {
    const [name = '', operator = ''] = this.#tokens;
    if (!/^[A-Za-z_]/.test(name) || !/^(?:[-+*/%&|^]|<<|>>)?=$/.test(operator)) return this.#choice();
    this.#tokens.splice(0, 2);
    const right = this.#assignment();
    const value = operator === '=' ? right : this.#applied(operator.slice(0, -1), this.#valueOf(name), right);
    if (this.#skipped === 0) this.#variables.set(name, String(value));
    return value;
  }

  #choice(): number {
    const condition = this.#level(0);
    if (!this.#take('?')) return condition;
    const yes = this.#unless(condition === 0, () => this.#assignment());
    if (!this.#take(':')) throw new ArithmeticError('syntax error');
    const no = this.#unless(condition !== 0, () => this.#assignment());
    return condition !== 0 ? yes : no;
  }

  #level(depth: number): number {
    const operators = levels[depth];
    if (!operators) return this.#unary();
    let left = this.#level(depth + 1);
    for (let operator = this.#tokens[0] ?? ''; operators.includes(operator); operator = this.#tokens[0] ?? '') {
      this.#tokens.shift();
      const isDecided = operator === '||' ? left !== 0 : operator === '&&' && left === 0;
      const right = this.#unless(isDecided, () => this.#level(depth + 1));
      left = this.#applied(operator, left, right);
    }
    return left;
  }

  #unless(isSkipped: boolean, operand: () => number): number {
    if (isSkipped) this.#skipped += 1;
    const value = operand();
    if (isSkipped) this.#skipped -= 1;
    return value;
  }

  #applied(operator: string, left: number, right: number): number {
    return this.#skipped > 0 ? 0 : counted(operations[operator]?.(left, right) ?? 0);
  }

  #unary(): number {
    this.#enter();
    const value = this.#operand();
    this.#depth -= 1;
    return value;
  }

  #operand(): number {
    if (this.#take('-')) return -this.#unary();
    if (this.#take('+')) return this.#unary();
    if (this.#take('!')) return this.#unary() === 0 ? 1 : 0;
    if (this.#take('~')) return -this.#unary() - 1;
    if (this.#take('(')) {
      const value = this.#assignment();
      if (!this.#take(')')) throw new ArithmeticError('syntax error');
      return value;
    }
    const word = this.#tokens.shift() ?? '';
    if (/^\d/.test(word)) return numberOf(word);
    if (/^[A-Za-z_]/.test(word)) return this.#valueOf(word);
    throw new ArithmeticError('syntax error');
  }

  #valueOf(name: string): number {
    if (this.#skipped > 0) return 0;
    const [, sign = '', digits = ''] = /^\s*([-+]?)(\w*)\s*$/.exec(this.#variables.get(name) ?? '') ?? ['', '', '.'];
    const value = digits === '' ? 0 : numberOf(digits);
    return sign === '-' ? -value : value;
  }

  #take(text: string): boolean {
    if (this.#tokens[0] !== text) return false;
    this.#tokens.shift();
    return true;
  }
}
