export { quote, quoteCommand } from '../model/shell-quote.ts';
