/** The provider whose metrics and log lines the monitors of the replaced system know by name. */
export const KEPT_PROVIDER = 'plant_id';
