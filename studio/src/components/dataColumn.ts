// A column of the table of rows.

export interface Column {
  name: string
  label: string
  numeric: boolean
  sortable: boolean
  /** Pixels, until somebody pulls at it. */
  width: number
}
