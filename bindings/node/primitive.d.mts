export * from './primitive.js'
